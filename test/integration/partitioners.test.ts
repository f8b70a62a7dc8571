import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaStreams, rdKafkaPorts, StreamsBuilder } from '../../streams/index.js';
import type { Logger } from '../../streams/kafka/logger.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { describeOnBroker } from './on-broker.js';
import { chosenFor, movedTo, topicFor } from './partitioning.js';
import { until } from './until.js';

const INPUT = 'partitioning-in';
const COUNTS = 'partitioning-counts';
const OUTPUTS = ['partitioning-even', 'partitioning-odd'];
const PARTITIONS = 3;
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const WITHIN_MS = 60_000;
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBroker('partitioners on a real broker', { timeoutMs: 180_000 }, broker => {
  let stateDir: string;
  const running = new Set<RunningCommand>();

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-partitioners-test-'));
    for (const topic of [INPUT, COUNTS, ...OUTPUTS]) await createTopic(broker.address, topic, PARTITIONS);
  });

  afterEach(async () => {
    for (const command of running) command.child.kill('SIGKILL');
    for (const command of running) await command.ended;
    running.clear();
    const topics = [...(await topicPartitions(broker.address)).keys()];
    const ours = topics.filter(topic => topic.startsWith('partitioning-') || topic.startsWith(applicationId()));
    await deleteTopics(broker.address, ours);
    await rm(stateDir, { recursive: true, force: true });
  });

  const applicationId = (): string => path.basename(stateDir);
  const ports = () => rdKafkaPorts({ brokers: broker.address, clientId: applicationId() }, SILENT);

  async function started(): Promise<RunningCommand> {
    const environment = { KAFKA_BROKERS: broker.address, APPLICATION_ID: applicationId(), STATE_DIR: stateDir };
    const command = runCommand('test/integration/partitioning-process', [], environment);
    running.add(command);
    await command.seen(/state RUNNING/);
    return command;
  }

  async function killed(command: RunningCommand): Promise<void> {
    command.child.kill('SIGKILL');
    await command.ended;
    running.delete(command);
  }

  async function send(from: number, to: number): Promise<void> {
    const producer = ports().producer({ clientId: 'test' });
    await producer.connect();
    for (let n = from; n < to; n++) {
      const key = Buffer.from(KEYS[n % KEYS.length] ?? '');
      producer.send(INPUT, n % PARTITIONS, key, Buffer.from(String(n)), Date.now(), NO_HEADERS);
    }
    await producer.flush();
    await producer.close();
  }

  /** `partition value`, sorted. */
  async function written(topic: string): Promise<string[]> {
    return (await readAll(broker.address, topic)).map(({ partition, value }) => `${partition} ${value}`).sort();
  }

  function expected(topic: string, numbers: number): string[] {
    const sent: string[] = [];
    for (let n = 0; n < numbers; n++) {
      if (topicFor(n) === topic) sent.push(...[chosenFor(n)].flat().map(partition => `${partition} ${n}`));
    }
    return sent.sort();
  }

  it('send to several partitions, or to none, exactly once through kills', async () => {
    let process = await started();
    let sent = 0;
    for (const more of [2000, 2000, 2000]) {
      await send(sent, sent + more);
      sent += more;
      // In the middle of the work.
      await until(
        'some of it is committed',
        WITHIN_MS,
        () => written('partitioning-odd'),
        ({ length }) => length > expected('partitioning-odd', sent - more).length,
      );
      await killed(process);
      process = await started();
    }
    for (const topic of OUTPUTS) {
      const all = expected(topic, sent);
      const seen = await until(
        `all of ${topic}`,
        WITHIN_MS,
        () => written(topic),
        ({ length }) => length >= all.length,
      );
      assert.deepEqual(seen, all);
    }
    const each = sent / KEYS.length;
    const counts = await until(
      'all are counted',
      WITHIN_MS,
      async () => new Map((await readAll(broker.address, COUNTS)).map(record => [String(record.key), record])),
      seen => KEYS.every(key => String(seen.get(key)?.value) === String(each)),
    );
    for (const key of KEYS) assert.equal(counts.get(key)?.partition, movedTo(key));
  });

  it('find the partitions of a topic that is there only later, and fail the records before', async () => {
    const builder = new StreamsBuilder();
    builder.stream<string, number>(INPUT).to('partitioning-late', { partitioner: () => [0, 1] });
    const reasons: string[] = [];
    const streams = new KafkaStreams(
      builder.build(),
      {
        applicationId: applicationId(),
        stateDir,
        productionExceptionHandler: ({ message }) => {
          reasons.push(message);
          return 'retry';
        },
      },
      { ports: ports(), logger: SILENT },
    );
    streams.start();
    try {
      await send(0, 3);
      await until(
        'they fail',
        WITHIN_MS,
        async () => reasons.length,
        failed => failed > 0,
      );
      assert.match(reasons[0] ?? '', /a record for partitioning-late: the topic does not exist/);
      await createTopic(broker.address, 'partitioning-late', 2);
      const seen = await until(
        'they are there',
        WITHIN_MS,
        () => written('partitioning-late'),
        all => all.length >= 6,
      );
      assert.deepEqual(seen, ['0 0', '0 1', '0 2', '1 0', '1 1', '1 2']);
    } finally {
      await streams.close();
    }
  });
});
