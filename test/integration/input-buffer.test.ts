import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type GroupProtocol, KafkaStreams, StreamsBuilder } from '../../streams/index.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { GROUP_PROTOCOLS } from '../../streams/kafka/group-protocol.js';
import type { Consumer, ConsumerOptions } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const OLD = 'input-buffer-old';
const YOUNG = 'input-buffer-young';
const PARTITIONS = 2;
const OLD_RECORDS = 100_000;
const YOUNG_RECORDS = 300_000;
/** Event time of the first record, an hour ago. */
const START = Date.now() - 3_600_000;
/** The young ones begin at the middle of the old ones, six in a millisecond. */
const YOUNG_START = START + OLD_RECORDS / 2;
const RECORDS = OLD_RECORDS + YOUNG_RECORDS;
const KEYS = 10;
const LIMIT = 8 * 1024 * 1024;
/** What is counted for one of them, at least. */
const RECORD_BYTES = 500;

describeOnBroker(
  'two source topics, one of which is far ahead of the other, on a real broker',
  { timeoutMs: 240_000 },
  broker => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };

    before(async () => {
      for (const topic of [OLD, YOUNG]) await createTopic(broker.address, topic, PARTITIONS);
      const producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
      await producer.connect();
      const send = async (topic: string, value: number, timestamp: number): Promise<void> => {
        while (!producer.send(topic, `key ${value % KEYS}`, Buffer.from(String(value)), timestamp))
          await producer.drained();
      };
      for (let i = 0; i < OLD_RECORDS; i++) await send(OLD, i, START + i);
      for (let i = 0; i < YOUNG_RECORDS; i++) await send(YOUNG, OLD_RECORDS + i, YOUNG_START + Math.floor(i / 6));
      await producer.flush();
      await producer.close();
      assert.equal(producer.counts.delivered, RECORDS, producer.counts.firstError);
    });

    after(async () => {
      await deleteTopics(broker.address, [OLD, YOUNG]);
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
        const { high: oldEnd } = await consumer.partitionOffsets(old);
        const { high: youngEnd } = await consumer.partitionOffsets(young);
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
            [OLD, oldEnd],
            [YOUNG, youngEnd],
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
        assert.deepEqual(again.ends, [{ ...young, offset: youngEnd }]);
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

    /** Passes on what it takes of the two topics, in that order. */
    class Application {
      polled = 0;
      processed = 0;
      /** The most records that were polled and not processed. */
      peak = 0;
      pauses = 0;
      readonly #out: string;
      readonly #options: { readonly applicationId: string; readonly groupProtocol: GroupProtocol };
      readonly #running: KafkaStreams[] = [];

      constructor(groupProtocol: GroupProtocol) {
        const applicationId = `input-buffer-${groupProtocol}-${randomUUID()}`;
        this.#options = { applicationId, groupProtocol };
        this.#out = `${applicationId}-out`;
      }

      async start(): Promise<KafkaStreams> {
        if (this.#running.length === 0) await createTopic(broker.address, this.#out, PARTITIONS);
        const builder = new StreamsBuilder();
        builder
          .stream<string, number>([OLD, YOUNG])
          .peek(() => this.processed++)
          .to(this.#out);
        const { applicationId } = this.#options;
        const directory = new MemoryStateDirectory(randomUUID());
        const real = rdKafkaPorts({ brokers: broker.address, clientId: applicationId }, logger);
        const streams = new KafkaStreams(
          builder.build(),
          { ...this.#options, inputBufferMaxBytes: LIMIT },
          {
            ports: { ...real, consumer: options => this.#watched(real.consumer(options), options) },
            logger,
            takeDirectory: async () => directory,
          },
        );
        this.#running.push(streams);
        streams.start();
        return streams;
      }

      #watched(consumer: Consumer, { groupId }: ConsumerOptions): Consumer {
        if (groupId === undefined) return consumer;
        const poll = consumer.poll.bind(consumer);
        const pause = consumer.pause.bind(consumer);
        consumer.poll = async max => {
          const batch = await poll(max);
          this.polled += batch.records.length;
          this.peak = Math.max(this.peak, this.polled - this.processed);
          return batch;
        };
        consumer.pause = partitions => {
          this.pauses += partitions.length;
          pause(partitions);
        };
        return consumer;
      }

      async untilProcessed(records: number): Promise<void> {
        await until(
          `${records} records are processed`,
          120_000,
          async () => this.processed,
          count => count >= records,
        );
      }

      async close(): Promise<void> {
        for (const streams of this.#running) await streams.close();
      }

      async written(): Promise<number> {
        return (await readAll(broker.address, this.#out)).length;
      }

      /** All that went in has come out, once, and in the order of each topic. */
      async checked(): Promise<ConsumerRecord[]> {
        const records = await readAll(broker.address, this.#out);
        await deleteTopics(broker.address, [this.#out]);
        const numbers = records.map(({ value }) => Number(value));
        assert.deepEqual(
          numbers.toSorted((a, b) => a - b),
          Array.from({ length: RECORDS }, (_, i) => i),
        );
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const here = records.filter(record => record.partition === partition).map(({ value }) => Number(value));
          for (const topic of [here.filter(n => n < OLD_RECORDS), here.filter(n => n >= OLD_RECORDS)]) {
            assert.ok(topic.every((n, i) => n > (topic[i - 1] ?? -1)));
          }
        }
        return records;
      }
    }

    for (const groupProtocol of GROUP_PROTOCOLS) {
      it(`are taken by their timestamps within the limit of the input buffer, with the ${groupProtocol} protocol`, async () => {
        const application = new Application(groupProtocol);
        try {
          await application.start();
          await application.untilProcessed(RECORDS);
        } finally {
          await application.close();
        }
        assert.ok(application.pauses > 0, 'nothing was paused');
        assert.ok(application.peak <= LIMIT / RECORD_BYTES, `${application.peak} records were buffered`);
        const newest = new Map<number, number>();
        for (const { partition, timestamp } of await application.checked()) {
          assert.ok(timestamp >= (newest.get(partition) ?? 0), `${timestamp} after ${newest.get(partition)}`);
          newest.set(partition, timestamp);
        }
      });

      it(`lose and double nothing where partitions move while some are paused, with the ${groupProtocol} protocol`, async () => {
        const application = new Application(groupProtocol);
        try {
          await application.start();
          await application.untilProcessed(RECORDS / 8);
          const second = await application.start();
          await until(
            'a task has moved',
            120_000,
            async () => second.tasks.length,
            tasks => tasks > 0,
          );
          await until(
            'all is committed',
            120_000,
            async () => application.written(),
            records => records >= RECORDS,
          );
        } finally {
          await application.close();
        }
        assert.ok(application.pauses > 0, 'nothing was paused');
        await application.checked();
      });
    }
  },
);
