import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaStreams, Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import type { ClusterConfig } from '../../streams/kafka/client-config.js';
import type { Ports } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { runCommand } from '../topology/command.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const WITHIN_MS = 60_000;
const PREFIX = 'global-test-';
const PARTITIONS = 3;

describeOnBroker('global tables on a real broker', { timeoutMs: 180_000 }, broker => {
  let stateDir: string;
  let names: { readonly application: string; readonly table: string; readonly input: string; readonly output: string };
  const running = new Set<KafkaStreams>();
  const warnings: string[] = [];

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), PREFIX));
    const application = path.basename(stateDir);
    const topic = (suffix: string): string => `${application}-${suffix}`;
    names = { application, table: topic('table'), input: topic('in'), output: topic('out') };
    warnings.length = 0;
    for (const name of [names.input, names.output]) await createTopic(broker.address, name, 2);
  });

  afterEach(async () => {
    for (const streams of running) await streams.close();
    running.clear();
    const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith(PREFIX));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true });
  });

  const warn = (text: string): void => void warnings.push(text);
  const logger = { debug() {}, info() {}, warn, error: warn };
  const portsOf = (options: Partial<ClusterConfig> = {}): Ports =>
    rdKafkaPorts({ brokers: broker.address, clientId: 'test', ...options }, logger);

  function topology(): Topology {
    const builder = new StreamsBuilder();
    const table = builder.globalTable<string, string>(names.table, { as: 'rows', valueSerde: Serdes.string() });
    builder
      .stream(names.input)
      .leftJoin(
        table,
        key => key,
        (_value, row) => row,
      )
      .to(names.output, { valueSerde: Serdes.json<string | null>() });
    return builder.build();
  }

  async function started(options: Partial<ClusterConfig> = {}): Promise<KafkaStreams> {
    const streams = new KafkaStreams(
      topology(),
      { applicationId: names.application, stateDir, commitInterval: 50 },
      { ports: portsOf(options), logger },
    );
    running.add(streams);
    streams.start();
    await until(
      'the application runs',
      WITHIN_MS,
      async () => streams.state,
      state => state === 'RUNNING',
    );
    return streams;
  }

  async function stop(streams: KafkaStreams): Promise<void> {
    await streams.close();
    running.delete(streams);
  }

  const rowOf = (streams: KafkaStreams, key: string): Promise<string | null> =>
    streams.store<string, string>('rows', 'keyValue').get(key);
  const rowIs = (streams: KafkaStreams, key: string, value: string | null): Promise<unknown> =>
    until(
      `${key} is ${value}`,
      WITHIN_MS,
      () => rowOf(streams, key),
      row => row === value,
    );

  type Rows = readonly (readonly [key: string, value: string | null])[];

  /** Each key goes to a partition of its own number. */
  async function send(rows: Rows, topic = names.table): Promise<void> {
    const producer = portsOf().producer({ clientId: 'test' });
    await producer.connect();
    for (const [key, value] of rows) sendRow(producer, topic, key, value);
    await producer.flush();
    await producer.close();
  }

  function sendRow(producer: ReturnType<Ports['producer']>, topic: string, key: string, value: string | null): void {
    const bytes = value === null ? null : Buffer.from(value);
    const partition = key.length % (topic === names.table ? PARTITIONS : 2);
    assert.ok(producer.send(topic, partition, Buffer.from(key), bytes, Date.now(), NO_HEADERS));
  }

  async function inTransaction(rows: Rows, outcome: 'commit' | 'abort'): Promise<void> {
    const producer = portsOf().producer({ clientId: 'test', transactionalId: `${names.application}-writer` });
    await producer.connect();
    await producer.initTransactions();
    await producer.beginTransaction();
    for (const [key, value] of rows) sendRow(producer, names.table, key, value);
    await producer.flush();
    if (outcome === 'commit') await producer.commitTransaction();
    else await producer.abortTransaction();
    await producer.close();
  }

  it('go on from what is on disk after SIGKILL while they fill', async () => {
    const rows = 300_000;
    await createTopic(broker.address, names.table, PARTITIONS);
    const producer = portsOf().producer({ clientId: 'test' });
    await producer.connect();
    const value = Buffer.alloc(100, 'x');
    for (let n = 0; n < rows; n++) {
      const key = Buffer.from(`key-${n}`);
      while (!producer.send(names.table, n % PARTITIONS, key, value, Date.now(), NO_HEADERS)) await producer.flush();
    }
    await producer.flush();
    await producer.close();
    const run = () =>
      runCommand('test/integration/global-process', [], {
        KAFKA_BROKERS: broker.address,
        APPLICATION_ID: names.application,
        STATE_DIR: stateDir,
        GLOBAL_TOPIC: names.table,
        INPUT: names.input,
        OUTPUT: names.output,
      });
    const toRead = new RegExp(`(\\d+) offsets of ${names.table} are to be read`);
    const killed = run();
    assert.equal((await killed.seen(toRead))[1], String(rows));
    // At most half is left.
    await killed.seen(/remaining 1[0-4]\d{4}\./);
    killed.child.kill('SIGKILL');
    await killed.ended;
    assert.doesNotMatch(killed.output(), /state RUNNING/);

    const again = run();
    const left = Number((await again.seen(toRead))[1]);
    assert.ok(left > 0 && left < rows * 0.75, `${left} of ${rows} are read again`);
    await again.seen(/state RUNNING/);
    await send(
      [...Array(200).keys()].map(n => [`key-${n * 1499}`, '0'] as const),
      names.input,
    );
    const found = await until(
      'all are looked up',
      WITHIN_MS,
      async () => await readAll(broker.address, names.output),
      records => records.length === 200,
    );
    assert.deepEqual(new Set(found.map(({ value: length }) => String(length))), new Set(['100']));
    again.child.kill('SIGTERM');
    assert.equal(await again.ended, 0);
  });

  it('are whole in each of two processes, whatever partitions their tasks have', async () => {
    await createTopic(broker.address, names.table, PARTITIONS);
    await send([
      ['a', 'one'],
      ['bb', 'two'],
    ]);
    const both = [await started(), await started()];
    await until(
      'each has a task',
      WITHIN_MS,
      async () => both.map(({ tasks }) => tasks.length),
      counts => counts.every(count => count === 1),
    );
    await send([['ccc', 'three']]);
    for (const streams of both) {
      await rowIs(streams, 'ccc', 'three');
      assert.deepEqual([await rowOf(streams, 'a'), await rowOf(streams, 'bb')], ['one', 'two']);
    }
    await send(
      [
        ['a', '0'],
        ['bb', '0'],
        ['ccc', '0'],
      ],
      names.input,
    );
    const joined = await until(
      'all are joined',
      WITHIN_MS,
      async () => (await readAll(broker.address, names.output)).map(({ value }) => String(value)),
      values => values.length === 3,
    );
    assert.deepEqual(joined.sort(), ['"one"', '"three"', '"two"']);
  });

  for (const fetcher of ['tributary', 'librdkafka'] as const) {
    it(`do not show what a transaction has aborted, and end their restore behind its markers (${fetcher})`, async () => {
      await createTopic(broker.address, names.table, PARTITIONS, { 'cleanup.policy': 'compact' });
      await send([['a', 'old']]);
      await inTransaction(
        [
          ['a', 'committed'],
          ['bb', 'committed'],
        ],
        'commit',
      );
      await inTransaction(
        [
          ['a', 'aborted'],
          ['bb', 'aborted'],
          ['ccc', 'aborted'],
        ],
        'abort',
      );
      let streams = await started({ fetcher });
      const rows = () => Promise.all(['a', 'bb', 'ccc'].map(key => rowOf(streams, key)));
      assert.deepEqual(await rows(), ['committed', 'committed', null]);
      await stop(streams);
      streams = await started({ fetcher });
      assert.equal(streams.status.globalStores[0]?.records, 0);
      assert.deepEqual(await rows(), ['committed', 'committed', null]);
      await inTransaction([['ccc', 'aborted again']], 'abort');
      await inTransaction([['ccc', 'now']], 'commit');
      await rowIs(streams, 'ccc', 'now');
      assert.doesNotMatch(warnings.join('; '), /global|rows/);
    });

    it(`are rebuilt if their topic is deleted and created again, off and on (${fetcher})`, async () => {
      const fill = async (rows: Rows): Promise<void> => {
        await deleteTopics(broker.address, [names.table]);
        await createTopic(broker.address, names.table, PARTITIONS);
        await send(rows);
      };
      await fill([['a', 'first']]);
      let streams = await started({ fetcher });
      await rowIs(streams, 'a', 'first');
      await stop(streams);
      await fill([['d', 'second']]);
      streams = await started({ fetcher });
      assert.deepEqual([await rowOf(streams, 'a'), await rowOf(streams, 'd')], [null, 'second']);
      assert.match(warnings.join('; '), /global store rows is rebuilt from .*table was deleted and created again/);
      await fill([['g', 'third']]);
      await until(
        'the table is that of the new topic',
        WITHIN_MS,
        async () => {
          if (streams.state !== 'RUNNING') return streams.state;
          return await Promise.all(['d', 'g'].map(key => rowOf(streams, key).catch(String)));
        },
        seen => Array.isArray(seen) && seen[0] === null && seen[1] === 'third',
      );
    });
  }
});
