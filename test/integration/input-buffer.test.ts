import assert from 'node:assert/strict';
import { KafkaStreams, StreamsBuilder } from '../../streams/index.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { GROUP_PROTOCOLS } from '../../streams/kafka/group-protocol.js';
import type { Consumer, ConsumerOptions } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { type BrokerForTests, brokerForTests, brokerForTestsAvailable } from '../broker/broker-for-tests.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { until } from './until.js';

const OLD = 'input-buffer-old';
const YOUNG = 'input-buffer-young';
const OUT = 'input-buffer-out';
const OLD_RECORDS = 100_000;
const YOUNG_RECORDS = 300_000;
/** Event time of the first record, an hour ago. */
const START = Date.now() - 3_600_000;
/** The young ones begin at the middle of the old ones, six in a millisecond. */
const YOUNG_START = START + OLD_RECORDS / 2;
const LIMIT = 8 * 1024 * 1024;
/** What is counted for one of them, at least. */
const RECORD_BYTES = 500;

describe('two source topics, one of which is far ahead of the other, on a real broker', function () {
  this.timeout(240_000);
  const available = brokerForTestsAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  let broker: BrokerForTests;

  before(async () => {
    broker = await brokerForTests();
    for (const topic of [OLD, YOUNG]) await createTopic(broker.address, topic, 1);
    const producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
    await producer.connect();
    const send = async (topic: string, value: number, timestamp: number): Promise<void> => {
      while (!producer.send(topic, 'key', Buffer.from(String(value)), timestamp)) await producer.drained();
    };
    for (let i = 0; i < OLD_RECORDS; i++) await send(OLD, i, START + i);
    for (let i = 0; i < YOUNG_RECORDS; i++) await send(YOUNG, OLD_RECORDS + i, YOUNG_START + Math.floor(i / 6));
    await producer.flush();
    await producer.close();
    assert.equal(producer.counts.delivered, OLD_RECORDS + YOUNG_RECORDS, producer.counts.firstError);
  });

  after(async () => {
    await deleteTopics(broker.address, [OLD, YOUNG]);
    await broker.stop();
  });

  it('go on where they were paused, whatever was fetched ahead, and begin unpaused where they are assigned', async () => {
    const consumer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger).consumer({
      clientId: 'test',
      pollTimeoutMs: 50,
    });
    const [old, young] = [OLD, YOUNG].map(topic => ({ topic, partition: 0 }));
    assert.ok(old !== undefined && young !== undefined);
    const start = [old, young].map(partition => ({ ...partition, offset: 0 }));
    try {
      await consumer.connect();
      consumer.assign(start);
      const next = new Map([OLD, YOUNG].map(topic => [topic, 0]));
      const ends: string[] = [];
      for (let polls = 0; ends.length < 2; polls++) {
        const pausing = polls % 10 === 9;
        if (pausing) consumer.pause([young]);
        else consumer.resume([young]);
        const batch = await consumer.poll(4000);
        for (const { topic, offset } of batch.records) {
          assert.ok(topic === OLD || !pausing);
          assert.equal(offset, next.get(topic));
          next.set(topic, offset + 1);
        }
        ends.push(...batch.ends.map(({ topic }) => topic));
      }
      assert.deepEqual(
        [...next],
        [
          [OLD, OLD_RECORDS],
          [YOUNG, YOUNG_RECORDS],
        ],
      );
      // The end of what was paused is reported again.
      consumer.pause([young]);
      assert.deepEqual((await consumer.poll(1)).ends, []);
      consumer.resume([young]);
      const again = await until(
        'the end once more',
        10_000,
        () => consumer.poll(1),
        batch => batch.ends.length > 0,
      );
      assert.deepEqual(again.ends, [{ ...young, offset: YOUNG_RECORDS }]);
      consumer.pause([young]);
      consumer.assign([{ ...young, offset: 7 }]);
      const { records } = await until(
        'records',
        10_000,
        () => consumer.poll(1),
        batch => batch.records.length > 0,
      );
      assert.equal(records[0]?.offset, 7);
    } finally {
      await consumer.close();
    }
  });

  for (const groupProtocol of GROUP_PROTOCOLS) {
    it(`are taken by their timestamps within the limit of the input buffer, with the ${groupProtocol} protocol`, async () => {
      const applicationId = `input-buffer-${groupProtocol}`;
      const out = `${OUT}-${groupProtocol}`;
      await createTopic(broker.address, out, 1);
      let polled = 0;
      let processed = 0;
      let peak = 0;
      let pauses = 0;
      const real = rdKafkaPorts({ brokers: broker.address, clientId: applicationId }, logger);
      const watched = (options: ConsumerOptions): Consumer => {
        const consumer = real.consumer(options);
        if (options.groupId === undefined) return consumer;
        const poll = consumer.poll.bind(consumer);
        const pause = consumer.pause.bind(consumer);
        consumer.poll = async max => {
          const batch = await poll(max);
          polled += batch.records.length;
          peak = Math.max(peak, polled - processed);
          return batch;
        };
        consumer.pause = partitions => {
          pauses += partitions.length;
          pause(partitions);
        };
        return consumer;
      };
      const builder = new StreamsBuilder();
      builder
        .stream<string, number>([OLD, YOUNG])
        .peek(() => processed++)
        .to(out);
      const directory = new MemoryStateDirectory();
      const streams = new KafkaStreams(
        builder.build(),
        { applicationId, groupProtocol, inputBufferMaxBytes: LIMIT },
        { ports: { ...real, consumer: watched }, logger, takeDirectory: async () => directory },
      );
      try {
        streams.start();
        await until(
          'all is processed',
          120_000,
          async () => processed,
          count => count >= OLD_RECORDS + YOUNG_RECORDS,
        );
      } finally {
        await streams.close();
      }
      const records = await readAll(broker.address, out);
      await deleteTopics(broker.address, [out]);

      assert.ok(pauses > 0, 'nothing was paused');
      assert.ok(peak <= LIMIT / RECORD_BYTES, `${peak} records are buffered`);
      const numbers = records.map(({ value }) => Number(value));
      assert.deepEqual(
        numbers.toSorted((a, b) => a - b),
        Array.from({ length: OLD_RECORDS + YOUNG_RECORDS }, (_, i) => i),
      );
      for (const topic of [numbers.filter(n => n < OLD_RECORDS), numbers.filter(n => n >= OLD_RECORDS)]) {
        assert.deepEqual(
          topic,
          topic.toSorted((a, b) => a - b),
        );
      }
      let newest = 0;
      for (const { timestamp } of records) {
        assert.ok(timestamp >= newest, `${timestamp} after ${newest}`);
        newest = timestamp;
      }
    });
  }
});
