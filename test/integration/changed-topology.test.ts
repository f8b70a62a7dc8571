import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaStreams, type KStream, Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const PREFIX = 'upgrade-';
const IN = `${PREFIX}in`;
const OTHER = `${PREFIX}other`;
const OUT = `${PREFIX}out`;
const WITHIN_MS = 60_000;
const WINDOW_MS = 1000;
const START = 1_700_000_000_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

type Upstream = (stream: KStream<string, unknown>) => KStream<string, unknown>;

function count(builder: StreamsBuilder, topic: string, sizeMs: number, upstream: Upstream = stream => stream): void {
  upstream(builder.stream<string, unknown>(topic, { dropNullKeys: true, dropNullValues: true }))
    .groupByKey()
    .windowedBy(TimeWindows.of({ size: sizeMs, grace: 0 }))
    .emitStrategy('onWindowClose')
    .count({ as: `${topic}-counts` })
    .toStream(({ window }) => `${topic}@${window.start - START}`)
    .to(OUT, { valueSerde: Serdes.json<number | null>() });
}

function topology(declare: (builder: StreamsBuilder) => void): Topology {
  const builder = new StreamsBuilder();
  declare(builder);
  return builder.build();
}

describeOnBroker('an application whose topology changes, on a real broker', { timeoutMs: 120_000 }, broker => {
  let stateDir: string;
  let producer: DeliveryProducer;

  before(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), PREFIX));
    for (const topic of [IN, OTHER, OUT]) await createTopic(broker.address, topic, 1);
    producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
    await producer.connect();
  });

  after(async () => {
    await producer.close();
    const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith(PREFIX));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true });
  });

  async function send(topic: string, ...timestamps: readonly number[]): Promise<void> {
    for (const timestamp of timestamps) producer.send(topic, 'key', Buffer.from('1'), START + timestamp);
    await producer.flush();
  }

  function application(changed: Topology): KafkaStreams {
    // Another subscription is another member, which waits until the session of the one before has timed out.
    const clientConfig = { 'session.timeout.ms': '6000' };
    const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test', clientConfig }, silent);
    const options = { applicationId: `${PREFIX}app`, stateDir, commitInterval: 50 };
    return new KafkaStreams(changed, options, { ports, logger: silent });
  }

  /** Runs until so many records of each topic are processed, from the first one of the application on. */
  async function run(changed: Topology, processed: Readonly<Record<string, number>>): Promise<void> {
    const streams = application(changed);
    streams.start();
    const counts = async () => streams.tasks.map(task => task.counts.in);
    await until('all is processed', WITHIN_MS, counts, all =>
      Object.entries(processed).every(
        ([topic, records]) => all.reduce((sum, ofTask) => sum + (ofTask[topic] ?? 0), 0) === records,
      ),
    );
    await streams.close();
  }

  async function assertRefused(changed: Topology, message: RegExp): Promise<void> {
    const streams = application(changed);
    streams.start();
    await assert.rejects(streams.stopped, { name: 'ChangedStoreError', message });
  }

  it('goes on where it was with operators inserted and removed, and a sub-topology added before the others', async () => {
    await send(IN, 100, 1100, 2100);
    await run(
      topology(builder => count(builder, IN, WINDOW_MS)),
      { [IN]: 3 },
    );
    await send(IN, 2200, 3100);
    const inserted: Upstream = stream =>
      stream
        .mapValues(value => value)
        .peek(() => {})
        .filter(() => true);
    await run(
      topology(builder => count(builder, IN, WINDOW_MS, inserted)),
      { [IN]: 5 },
    );
    await send(IN, 3200, 4100);
    await send(OTHER, 100, 1100);
    await run(
      topology(builder => {
        count(builder, OTHER, WINDOW_MS);
        count(builder, IN, WINDOW_MS);
      }),
      { [IN]: 7, [OTHER]: 2 },
    );
    const emitted = (await readAll(broker.address, OUT)).map(({ key, value }) => `${key} ${value}`);
    assert.deepEqual(emitted.sort(), [`${IN}@0 1`, `${IN}@1000 1`, `${IN}@2000 2`, `${IN}@3000 2`, `${OTHER}@0 1`]);
  });

  it('is refused with windows of another size, and with a store of another kind', async () => {
    const store = `^store ${IN}-counts was kept as window \\(size 1000 ms, advance 1000 ms, grace 0 ms\\), the topology has it as `;
    await assertRefused(
      topology(builder => count(builder, IN, 2 * WINDOW_MS)),
      new RegExp(`${store}window \\(size 2000 ms, `),
    );
    await assertRefused(
      topology(builder => {
        builder
          .stream(IN)
          .groupByKey()
          .count({ as: `${IN}-counts` });
      }),
      new RegExp(`${store}keyValue: `),
    );
  });
});
