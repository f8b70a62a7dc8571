import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  planReset,
  resetApplication,
  Serdes,
  StreamsBuilder,
  StreamsError,
  type Topology,
} from '../../streams/index.js';
import { takeSlot } from '../../streams/runtime/state/state-directory.js';
import { TestApplication } from './test-application.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe('the reset of an application', () => {
  let app: TestApplication;
  let stateDir: string;

  beforeEach(async () => {
    app = new TestApplication();
    app.createTopics();
    stateDir = await mkdtemp(path.join(tmpdir(), 'reset-'));
  });

  afterEach(async () => {
    await app.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  const options = () => ({ applicationId: 'app', stateDir, commitInterval: 5 });
  const plan = () => planReset(counts(), options(), app.cluster.ports);

  /** With its state on disk, in a slot of its own. */
  const start = () => {
    const streams = app.create(options(), { takeDirectory: () => takeSlot(stateDir, 'app', silent) }, counts());
    streams.start();
    return streams;
  };

  /** What the application had processed when it was stopped, for longer than its session. */
  async function processed(...values: readonly number[]): Promise<void> {
    const streams = start();
    for (const value of values) app.send(value, value % 2);
    await app.until(() => app.output().length === values.length);
    const { instance } = streams.status;
    await streams.close();
    app.cluster.expire(instance ?? '');
  }

  it('says which offsets, topics and directory it is about, and changes nothing', async () => {
    await processed(1, 2);
    const internalTopics = ['app-counts-changelog', 'app-audit'];
    const expected = {
      applicationId: 'app',
      offsets: [
        { topic: 'in', partition: 0, offset: 1, oldest: 0 },
        { topic: 'in', partition: 1, offset: 1, oldest: 0 },
      ],
      missingTopics: [],
      internalTopics,
      stateDirectory: path.join(stateDir, 'app'),
    };
    assert.deepEqual(await plan(), expected);
    assert.deepEqual(await plan(), expected);
    assert.ok(existsSync(path.join(stateDir, 'app', '0')));
  });

  it('resets the topics that match a pattern, and no internal topic', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream(/i.|app-.*/)
      .groupByKey()
      .count({ as: 'counts' });
    await processed(1, 2);
    const { offsets, missingTopics } = await planReset(
      builder.build(),
      { applicationId: 'app', stateDir },
      app.cluster.ports,
    );
    assert.deepEqual(
      offsets.map(({ topic, offset }) => [topic, offset]),
      [
        ['in', 1],
        ['in', 1],
      ],
    );
    assert.deepEqual(missingTopics, []);
  });

  it('lets the application process its input from the beginning, as if it were new', async () => {
    await processed(1, 2);
    assert.deepEqual(app.output(), ['1', '1']);
    await resetApplication(await plan(), app.cluster.ports);
    assert.equal(existsSync(path.join(stateDir, 'app')), false);
    const counted = await app.cluster.ports.admin().partitionCounts(['app-counts-changelog', 'app-audit', 'in', 'out']);
    assert.deepEqual([...counted.keys()], ['in', 'out']);
    start();
    await app.until(() => app.output().length === 4);
    assert.deepEqual(app.output(), ['1', '1', '1', '1']);
  });

  it('is the way out where partitions were added to the input: it has them all', async () => {
    await processed(1, 2);
    app.cluster.createPartitions('in', 4);
    await assert.rejects(start().stopped, StreamsError);
    await app.close();
    await resetApplication(await plan(), app.cluster.ports);
    app.send(3, 3);
    start();
    await app.until(() => app.output().length === 5);
    assert.deepEqual(app.output().sort(), ['1', '1', '1', '1', '1']);
  });

  it('leaves out an input topic that was deleted', async () => {
    await processed(1, 2);
    app.cluster.deleteTopic('in');
    const { offsets, missingTopics } = await plan();
    assert.deepEqual([offsets, missingTopics], [[], ['in']]);
  });

  const active = (error: unknown): boolean => {
    assert.ok(error instanceof StreamsError);
    assert.match(error.message, /^group app has active members: stop all its processes; .*$/);
    return true;
  };

  it('is refused while the group has members, the plan too: nothing is changed', async () => {
    await processed(1, 2);
    const before = await plan();
    const streams = app.create({ ...options(), stateDir: `${stateDir}-other` }, {}, counts());
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    await assert.rejects(plan(), active);
    await assert.rejects(resetApplication(before, app.cluster.ports), active);
    assert.ok(existsSync(path.join(stateDir, 'app', '0')));
    const internal = await app.cluster.ports.admin().partitionCounts(['app-audit']);
    assert.equal(internal.size, 1);
  });

  it('is refused while a process has a slot of the state directory', async () => {
    const slot = await takeSlot(stateDir, 'app', silent);
    try {
      await assert.rejects(plan(), /^StreamsError: a process uses .*app\/0: stop it first$/);
    } finally {
      await slot.release();
    }
    assert.equal((await plan()).stateDirectory, path.join(stateDir, 'app'));
  });

  it('of an application that never ran finds nothing to do', async () => {
    const { offsets, internalTopics, stateDirectory } = await plan();
    assert.deepEqual([offsets.map(({ offset }) => offset), internalTopics, stateDirectory], [[-1, -1], [], undefined]);
  });
});

function counts(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .groupByKey()
    .count({ as: 'counts' })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
