import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { runCommand } from '../topology/command.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const WITHIN_MS = 90_000;
const PREFIX = 'async-test-';
const PARTITIONS = 3;
const RECORDS = 3000;
const LOGGER = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBroker('asynchronous operators on a real broker', { timeoutMs: 240_000 }, broker => {
  let stateDir: string;

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), PREFIX));
  });

  afterEach(async () => {
    const ours = [...(await topicPartitions(broker.address)).keys()].filter(topic => topic.startsWith(PREFIX));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true });
  });

  it('have each result once, in the order of its partition, though processes are killed while calls are in flight', async () => {
    const application = path.basename(stateDir);
    const [input, output] = [`${application}-in`, `${application}-out`];
    for (const topic of [input, output]) await createTopic(broker.address, topic, PARTITIONS);
    const producer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, LOGGER).producer({ clientId: 'test' });
    await producer.connect();
    for (let n = 0; n < RECORDS; n++) {
      const key = Buffer.from(`key-${n % 50}`);
      assert.ok(producer.send(input, n % PARTITIONS, key, Buffer.from(`${n}`), Date.now(), NO_HEADERS));
    }
    await producer.flush();
    await producer.close();
    const run = () =>
      runCommand('test/integration/async-process', [], {
        KAFKA_BROKERS: broker.address,
        APPLICATION_ID: application,
        STATE_DIR: stateDir,
        INPUT: input,
        OUTPUT: output,
      });
    const results = (): ReturnType<typeof readAll> => readAll(broker.address, output);
    const reached = (count: number): ReturnType<typeof results> =>
      until(`${count} results`, WITHIN_MS, results, ({ length }) => length >= count);
    for (const killAt of [300, 1200]) {
      const killed = run();
      const seen = await reached(killAt);
      killed.child.kill('SIGKILL');
      await killed.ended;
      assert.ok(seen.length < RECORDS);
    }
    const last = run();
    await reached(RECORDS);
    last.child.kill('SIGTERM');
    assert.equal(await last.ended, 0);
    const all = (await results()).map(({ partition, value }) => ({ partition, n: Number(String(value).slice(0, -1)) }));
    assert.equal(new Set(all.map(({ n }) => n)).size, RECORDS);
    assert.equal(all.length, RECORDS);
    for (let from = 0; from < PARTITIONS; from++) {
      for (let to = 0; to < PARTITIONS; to++) {
        const moved = all.filter(({ partition, n }) => partition === to && n % PARTITIONS === from).map(({ n }) => n);
        assert.deepEqual(
          moved,
          [...moved].sort((a, b) => a - b),
        );
      }
    }
  });
});
