import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from '../../streams/kafka/logger.js';
import type { Ports } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const INPUT = 'counting-in';
const OUTPUT = 'counting-out';
/** Tasks go to others when a session of six seconds and a rebalance are over. */
const TAKES_OVER_MS = 60_000;
const WINDOW_MS = 8000;
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const REFUSED = /transaction aborted, going back to the last commit/;

describeOnBroker(
  'a process that was stopped for longer than its session, on a real broker',
  { timeoutMs: 180_000 },
  broker => {
    let stateDir: string;
    const running = new Set<RunningCommand>();

    beforeEach(async () => {
      stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-lost-session-test-'));
      for (const topic of [INPUT, OUTPUT]) await createTopic(broker.address, topic, 1);
    });

    afterEach(async () => {
      for (const command of running) command.child.kill('SIGKILL');
      for (const command of running) await command.ended;
      running.clear();
      const topics = [...(await topicPartitions(broker.address)).keys()];
      const ours = topics.filter(topic => topic.startsWith('counting-') || topic.startsWith(applicationId()));
      await deleteTopics(broker.address, ours);
      await rm(stateDir, { recursive: true, force: true });
    });
    /** Another one for each test: the offsets of a group outlive its topics for a while. */
    const applicationId = (): string => path.basename(stateDir);

    const started = async (windowSize: string, emit: string): Promise<RunningCommand> => {
      const command = runCommand('test/integration/counting-process', [], {
        KAFKA_BROKERS: broker.address,
        APPLICATION_ID: applicationId(),
        STATE_DIR: stateDir,
        WINDOW_SIZE: windowSize,
        EMIT: emit,
      });
      running.add(command);
      await command.seen(/state RUNNING/);
      return command;
    };

    const end = async (command: RunningCommand): Promise<void> => {
      command.child.kill('SIGTERM');
      await endedWell(command);
    };

    const endedWell = async (command: RunningCommand): Promise<void> => {
      assert.equal(await command.ended, 0, command.output());
      running.delete(command);
    };

    const ports = (): Ports => rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, SILENT);

    const send = async (records: number, timestamp = Date.now()): Promise<void> => {
      const producer = ports().producer({ clientId: 'test' });
      await producer.connect();
      for (let n = 0; n < records; n++) {
        producer.send(INPUT, 0, Buffer.from('"key"'), Buffer.from('1'), timestamp, NO_HEADERS);
      }
      await producer.flush();
      await producer.close();
    };

    const counts = async (): Promise<string[]> =>
      (await readAll(broker.address, OUTPUT)).map(({ value }) => String(value));
    const countIs = (count: number): Promise<string[]> =>
      until(`the count is ${count}`, TAKES_OVER_MS, counts, seen => seen.at(-1) === String(count));

    it('does not take what others have counted since for its own when SIGTERM ends it', async () => {
      const frozen = await started('1d', 'onWindowUpdate');
      await send(3);
      await countIs(3);
      frozen.child.kill('SIGSTOP');
      const other = await started('1d', 'onWindowUpdate');
      await send(5);
      await countIs(8);
      frozen.child.kill('SIGTERM');
      frozen.child.kill('SIGCONT');
      await endedWell(frozen);
      assert.match(frozen.output(), REFUSED);
      await end(other);
      const again = await started('1d', 'onWindowUpdate');
      await send(1);
      await until('one more is counted', TAKES_OVER_MS, counts, seen => Number(seen.at(-1)) !== 8);
      assert.equal((await counts()).at(-1), '9');
      await end(again);
    });

    it('emits no result of a window again that others have emitted', async () => {
      const frozen = await started(`${WINDOW_MS}ms`, 'onWindowClose');
      await send(4);
      await until(
        'the process has committed',
        TAKES_OVER_MS,
        () => committed(),
        offset => offset === 4,
      );
      frozen.child.kill('SIGSTOP');
      const other = await started(`${WINDOW_MS}ms`, 'onWindowClose');
      await countIs(4);
      frozen.child.kill('SIGCONT');
      await frozen.seen(REFUSED);
      assert.deepEqual(await counts(), ['4']);
      for (const command of [frozen, other]) await end(command);
      assert.deepEqual(await counts(), ['4']);
    });

    const committed = async (): Promise<number> => {
      const consumer = ports().consumer({ clientId: 'test', groupId: applicationId(), pollTimeoutMs: 100 });
      await consumer.connect();
      const [at] = await consumer.committed([{ topic: INPUT, partition: 0 }]);
      await consumer.close();
      return at?.offset ?? -1;
    };
  },
);
