import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaStreams, Serdes, StreamsBuilder, StreamsError, type Topology } from '../../streams/index.js';
import type { Ports } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const WITHIN_MS = 30_000;

describeOnBroker('partitions that are added to an input topic, on a real broker', { timeoutMs: 90_000 }, broker => {
  let stateDir: string;
  let ports: Ports;
  let warnings: string[];

  before(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), 'added-partitions-'));
    // The client asks every half minute by default.
    const clientConfig = { 'topic.metadata.refresh.interval.ms': '500' };
    ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test', clientConfig }, logger());
  });

  after(async () => {
    const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith('added-'));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true });
  });

  beforeEach(() => {
    warnings = [];
  });

  function logger() {
    return { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
  }

  /** An application on two partitions that has processed one record of each, and whose input has four then. */
  async function withFourPartitions(name: string, topology: (input: string, output: string) => Topology) {
    const [input, output] = [`added-${name}-in`, `added-${name}-out`];
    await createTopic(broker.address, input, 2);
    await createTopic(broker.address, output, 1);
    const streams = new KafkaStreams(
      topology(input, output),
      { applicationId: `added-${name}`, stateDir },
      { ports, logger: logger() },
    );
    streams.start();
    const send = async (value: number, partition: number): Promise<void> => {
      const producer = ports.producer({ clientId: 'test' });
      await producer.connect();
      producer.send(input, partition, Buffer.from('key'), Buffer.from(String(value)), Date.now(), NO_HEADERS);
      await producer.flush();
      await producer.close();
    };
    const outputs = async (): Promise<string[]> =>
      (await readAll(broker.address, output)).map(({ value }) => value?.toString() ?? '').sort();
    await send(1, 0);
    await send(2, 1);
    await until('both are processed', WITHIN_MS, outputs, ({ length }) => length >= 2);
    const admin = ports.admin();
    await admin.createPartitions(input, 4);
    await admin.close();
    return { streams, send, outputs };
  }

  it('are read by an application that keeps nothing by key, which says so', async () => {
    const { streams, send, outputs } = await withFourPartitions('stateless', (input, output) => {
      const builder = new StreamsBuilder();
      builder.stream<string, number>(input).to(output, { valueSerde: Serdes.json<number>() });
      return builder.build();
    });
    try {
      await until(
        'the application says so',
        WITHIN_MS,
        async () => warnings.join('; '),
        text => /topic added-stateless-in has 4 partitions, and had 2 before/.test(text),
      );
      await send(3, 3);
      await send(4, 0);
      const values = await until('all are processed', WITHIN_MS, outputs, ({ length }) => length >= 4);
      assert.deepEqual(values, ['1', '2', '3', '4']);
      assert.equal((await topicPartitions(broker.address)).get('added-stateless-audit'), 4);
    } finally {
      await streams.close();
    }
  });

  it('stop an application that has a store, with an error that says why', async () => {
    const { streams } = await withFourPartitions('stateful', (input, output) => {
      const builder = new StreamsBuilder();
      const counts = builder.stream<string, number>(input).groupByKey().count({ as: 'counts' });
      counts.toStream().to(output, { valueSerde: Serdes.json<number | null>() });
      return builder.build();
    });
    try {
      await assert.rejects(streams.stopped, (error: unknown) => {
        assert.ok(error instanceof StreamsError);
        assert.match(error.message, /topic added-stateful-in has 4 partitions, and had 2 before/);
        return true;
      });
    } finally {
      await streams.close().catch(() => {});
    }
  });
});
