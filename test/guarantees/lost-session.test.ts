import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { KafkaStreams, Topology } from '../../streams/index.js';
import { partitionFor } from '../../streams/kafka/partitioner.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { Freezer } from '../runtime/freezer.js';
import { TestApplication } from '../runtime/test-application.js';
import { Gate, turns, waitingAt } from '../runtime/waiting-script.js';
import { closingWindows } from './closing-windows.js';
import { movingTopology } from './moving-topology.js';

describe('an instance that was stopped for longer than its session', () => {
  let app: TestApplication;
  let freezer: Freezer;
  let directory: MemoryStateDirectory;

  beforeEach(() => {
    app = new TestApplication();
    app.createTopics();
    freezer = new Freezer();
    directory = new MemoryStateDirectory('frozen');
  });

  afterEach(async () => {
    freezer.thaw();
    await app.close();
  });

  async function start(id: string, topology?: Topology): Promise<KafkaStreams> {
    const dependencies = {
      ports: id === 'frozen' ? freezer.freezable(app.cluster.ports) : app.cluster.ports,
      takeDirectory: async () => (id === 'frozen' ? directory : new MemoryStateDirectory(id)),
    };
    const streams = app.create({ idleTimeout: '1s' }, dependencies, topology);
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    return streams;
  }

  /** Sends until the count of the one key is `total`. */
  async function count(total: number): Promise<void> {
    for (let next = app.output().length + 1; next <= total; next++) {
      app.send(1);
      await app.until(() => app.output().length === next);
    }
  }

  it('does not take what others have counted since for its own when it is closed', async () => {
    const frozen = await start('frozen');
    await count(3);
    freezer.freeze();
    app.cluster.expire('frozen');
    const other = await start('other');
    await count(8);
    const closing = frozen.close();
    freezer.thaw();
    await closing;
    await other.close();
    app.cluster.expire('other');
    await start('frozen');
    await count(9);
    assert.deepEqual(app.output(), ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    assert.match(app.warnings.join('; '), /transaction aborted, going back to the last commit/);
  });

  it('nor when these are gone, though a group without members takes offsets from anybody', async () => {
    const frozen = await start('frozen');
    await count(3);
    freezer.freeze();
    app.cluster.expire('frozen');
    const other = await start('other');
    await count(8);
    await other.close();
    app.cluster.expire('other');
    const closing = frozen.close();
    freezer.thaw();
    await closing;
    assert.equal(committedOffset(), 8, 'what others have processed is not given back');
    await start('frozen');
    await count(9);
    assert.deepEqual(app.output(), ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    assert.match(app.warnings.join('; '), /others have committed/);
  });

  /** Five records that move to another partition together. Returns their values. */
  function sendBlock(): readonly string[] {
    const values = ['a:0', 'a:1', 'a:2', 'a:3', 'a:4'];
    for (const value of values) {
      const record = { key: null, value: Buffer.from(value), timestamp: 0, headers: NO_HEADERS };
      app.cluster.log('in', 1 - partitionFor(Buffer.from('a'), 2)).append(record, undefined);
    }
    return values;
  }

  it('nor what others have processed while its last commit waits for a step', async () => {
    const [mine, others] = [new Gate(), new Gate()];
    const values = sendBlock();
    const frozen = await start('frozen', movingTopology(waitingAt(mine)));
    await app.until(() => mine.waiting === 1);
    const closing = frozen.close();
    await turns();
    app.cluster.expire('frozen');
    const other = await start('other', movingTopology(waitingAt(others)));
    await others.opening(app.until(() => app.output().length === values.length));
    await others.opening(other.close());
    app.cluster.expire('other');
    await mine.opening(closing);
    assert.deepEqual(app.output(), values);
  });

  it('nor what others have processed of the block that it has begun', async () => {
    const [mine, others] = [new Gate(), new Gate()];
    const values = sendBlock();
    const frozen = await start('frozen', movingTopology(waitingAt(mine)));
    await app.until(() => mine.waiting === 1);
    freezer.freeze();
    app.cluster.expire('frozen');
    const other = await start('other', movingTopology(waitingAt(others)));
    await app.until(() => others.waiting === 1);
    // A commit is due, and waits for the block.
    app.clock.aheadMs += 10;
    others.open();
    await app.until(() => others.waiting === 1);
    assert.deepEqual(app.output(), []);
    await others.opening(other.close());
    app.cluster.expire('other');
    const closing = frozen.close();
    freezer.thaw();
    await turns();
    await mine.opening(closing);
    assert.match(app.warnings.join('; '), /others have committed/);
    await start('frozen', movingTopology());
    await app.until(() => app.output().includes('a:4'));
    assert.deepEqual(app.output(), values);
  });

  it('emits no final result again that others have emitted when it closes a window by the time alone', async () => {
    await start('frozen', closingWindows());
    app.send(1);
    await app.until(() => committedOffset() === 1);
    freezer.freeze();
    app.cluster.expire('frozen');
    await start('other', closingWindows());
    app.clock.aheadMs += 60_000;
    await app.until(() => app.output().length === 1);
    freezer.thaw();
    const refused = /not a member of the group any more/;
    await app.until(() => app.output().length > 1 || refused.test(app.warnings.join()));
    assert.deepEqual(app.output(), ['1']);
  });

  const committedOffset = (): number => app.cluster.committedOffset('in', 0);
});
