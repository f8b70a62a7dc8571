import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rdKafkaPorts } from '../../streams/index.js';
import type { Logger } from '../../streams/kafka/logger.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const OUTPUT = 'pattern-out';
const PARTITIONS = 2;
/** Less than the session: a new topic is read without the end of a session. */
const WITHIN_MS = 15_000;
/** A process that died has to come back, or its session to end. */
const AFTER_KILL_MS = 60_000;
const KEYS = ['a', 'b', 'c', 'd'];
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBroker('topics that match a pattern, on a real broker', { timeoutMs: 180_000 }, broker => {
  let stateDir: string;
  let sent: number;
  const running = new Set<RunningCommand>();

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-pattern-test-'));
    sent = 0;
    await createTopic(broker.address, OUTPUT, PARTITIONS);
  });

  afterEach(async () => {
    for (const command of running) command.child.kill('SIGKILL');
    for (const command of running) await command.ended;
    running.clear();
    const topics = [...(await topicPartitions(broker.address)).keys()];
    const ours = topics.filter(topic => topic.startsWith('pattern-') || topic.startsWith(applicationId()));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true, force: true });
  });

  const applicationId = (): string => path.basename(stateDir);

  function begun(groupProtocol = 'classic'): RunningCommand {
    const command = runCommand('test/integration/pattern-process', [], {
      KAFKA_BROKERS: broker.address,
      APPLICATION_ID: applicationId(),
      STATE_DIR: stateDir,
      GROUP_PROTOCOL: groupProtocol,
    });
    running.add(command);
    return command;
  }

  async function started(groupProtocol = 'classic'): Promise<RunningCommand> {
    const command = begun(groupProtocol);
    await command.seen(/state RUNNING/);
    return command;
  }

  async function killed(command: RunningCommand): Promise<void> {
    command.child.kill('SIGKILL');
    await command.ended;
    running.delete(command);
  }

  /** One record of each key. */
  async function send(topic: string, times = 1): Promise<void> {
    const producer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, SILENT).producer({ clientId: 'test' });
    await producer.connect();
    for (let n = 0; n < times; n++) {
      for (const key of KEYS) producer.send(topic, -1, Buffer.from(key), Buffer.from('1'), Date.now(), NO_HEADERS);
    }
    await producer.flush();
    await producer.close();
    sent += times;
  }

  /** All are counted: each key has each count once, in order. */
  async function counted(withinMs: number): Promise<void> {
    const records = await until(
      `each key is counted ${sent} times`,
      withinMs,
      () => readAll(broker.address, OUTPUT),
      ({ length }) => length >= KEYS.length * sent,
    );
    for (const key of KEYS) {
      const counts = records.filter(record => String(record.key) === key).map(({ value }) => Number(value));
      assert.deepEqual(
        counts,
        Array.from({ length: sent }, (_, n) => n + 1),
      );
    }
  }

  it('are read when they appear, by an application that waited for the first one, without the end of a session', async () => {
    const process = begun();
    await process.seen(/no topic matches \/pattern-in-\[a-z\]\+\//);
    for (const topic of ['pattern-in-a', 'pattern-in-b', 'pattern-in-c']) {
      await createTopic(broker.address, topic, PARTITIONS);
      await send(topic);
      await counted(WITHIN_MS);
    }
    assert.doesNotMatch(process.output(), /worker stopped|"level":50/);
    process.child.kill('SIGTERM');
    assert.equal(await process.ended, 0);
    running.delete(process);
    const again = await started();
    await send('pattern-in-b');
    await counted(WITHIN_MS);
    await killed(again);
  });

  it('are read when they appear, with the consumer protocol', async () => {
    await createTopic(broker.address, 'pattern-in-a', PARTITIONS);
    await started('consumer');
    await send('pattern-in-a');
    await counted(WITHIN_MS);
    await createTopic(broker.address, 'pattern-in-b', PARTITIONS);
    await send('pattern-in-b');
    await counted(WITHIN_MS);
  });

  it('are shared by two processes, each record counted once', async () => {
    await createTopic(broker.address, 'pattern-in-a', PARTITIONS);
    for (let n = 0; n < 2; n++) await started();
    await send('pattern-in-a', 10);
    await counted(AFTER_KILL_MS);
    await createTopic(broker.address, 'pattern-in-b', PARTITIONS);
    await send('pattern-in-b', 10);
    await counted(AFTER_KILL_MS);
  });

  for (const [what, delayMs] of [
    ['before the process knows it', 0],
    ['while the process changes to it', 700],
    ['when it is read', 1500],
  ] as const) {
    it(`lose and double nothing when the process is killed after one has appeared: ${what}`, async () => {
      await createTopic(broker.address, 'pattern-in-a', PARTITIONS);
      const process = await started();
      await send('pattern-in-a', 100);
      await counted(WITHIN_MS);
      await createTopic(broker.address, 'pattern-in-b', PARTITIONS);
      await send('pattern-in-b', 300);
      await new Promise(resolve => setTimeout(resolve, delayMs));
      await killed(process);
      await started();
      await counted(AFTER_KILL_MS);
    });
  }

  it('are not missed when one of them is deleted, and are read again when they are back', async () => {
    for (const topic of ['pattern-in-a', 'pattern-in-b']) await createTopic(broker.address, topic, PARTITIONS);
    const process = await started();
    for (const topic of ['pattern-in-a', 'pattern-in-b']) await send(topic);
    await counted(WITHIN_MS);
    await deleteTopics(broker.address, ['pattern-in-b']);
    await process.seen(/topic pattern-in-b, which matches a pattern, was deleted/);
    await send('pattern-in-a');
    await counted(AFTER_KILL_MS);
    await createTopic(broker.address, 'pattern-in-b', PARTITIONS);
    await send('pattern-in-b');
    await counted(AFTER_KILL_MS);
  });
});
