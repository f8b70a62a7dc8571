import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeCheckpoint } from '../../streams/audit/checkpoint.js';
import { Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import { AT_ONCE } from '../../streams/testing/in-memory-broker.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { MemoryStateDirectory } from '../../streams/testing/memory-state-directory.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

describe('a group whose committed offsets are lost', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const counted = (total: number): Promise<void> =>
    app.until(() => Math.max(...app.output().map(Number)) >= total && app.output().includes(String(total)));

  /** Sends to both partitions: one of them has records that move through the repartition topic. */
  function sendToBoth(records: number): void {
    for (let sent = 0; sent < records; sent++) app.send(1, sent % 2);
  }

  for (const [where, lose] of [
    ['with the state that it has', () => {}],
    ['with the state restored from the changelogs', () => (app.directory = new MemoryStateDirectory())],
  ] as const) {
    it(`goes on from where its tasks had come, ${where}`, async () => {
      const streams = app.start({}, countsAll());
      sendToBoth(10);
      await counted(10);
      await streams.close();
      app.cluster.forgetCommittedOffsets();
      lose();
      app.start({}, countsAll());
      sendToBoth(6);
      await counted(16);
      assert.ok(Math.max(...app.output().map(Number)) === 16);
      assert.ok(
        app.warnings.some(text => /no committed offset of in-0: goes on from 5, where task 0_0 had come/.test(text)),
      );
    });
  }

  it('begins at the oldest record where the topic does not have what comes next', async () => {
    const streams = app.start();
    for (let sent = 0; sent < 3; sent++) app.send(1);
    await counted(3);
    await streams.close();
    app.cluster.forgetCommittedOffsets();
    app.cluster.deleteTopic('in');
    app.cluster.createTopic('in', 2);
    app.start();
    app.send(1);
    await counted(4);
  });
});

describe('an input topic that was deleted, created again and filled', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const counted = (total: number): Promise<void> => app.until(() => app.output().includes(String(total)));

  function send(records: number): void {
    for (let sent = 0; sent < records; sent++) app.send(1);
  }

  function createAgain(): void {
    app.cluster.deleteTopic('in');
    app.cluster.createTopic('in', 2);
  }

  for (const processingGuarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    for (const [what, lose] of [
      ['', () => {}],
      [' and the state was lost', () => (app.directory = new MemoryStateDirectory())],
    ] as const) {
      it(`is read from its oldest record, if that was while the application was off${what}, with ${processingGuarantee}`, async () => {
        const streams = app.start({ processingGuarantee });
        send(3);
        await counted(3);
        await streams.close();
        createAgain();
        send(5);
        lose();
        app.start({ processingGuarantee });
        await counted(8);
        assert.match(
          app.warnings.join('; '),
          /topic in is not the one .* task 0_0 has read up to 3: .* deleted and created/,
        );
      });
    }

    it(`is read from its oldest record, if that was while the application ran, with ${processingGuarantee}`, async () => {
      app.start({ processingGuarantee });
      send(3);
      await counted(3);
      createAgain();
      send(5);
      await counted(8);
      send(1);
      await counted(9);
      assert.match(app.warnings.join('; '), /topic in was deleted and created again/);
      assert.ok(!app.states.includes('ERROR'));
    });
  }

  it('counts in the audit with what was read of the one before', async () => {
    app.start();
    send(3);
    await counted(3);
    createAgain();
    send(5);
    await counted(8);
    const record = app.cluster
      .log('app-audit', 0)
      .committed.filter(({ key }) => key?.toString() === '0_0')
      .at(-1);
    const { offsets, counts } = decodeCheckpoint(record?.value ?? Buffer.from('{}'));
    assert.deepEqual([offsets.in, counts.in.in], [{ begin: 0, next: 5, earlier: 3 }, 8]);
  });

  it('is not taken for one that others have read, where the group has offsets of the one before', async () => {
    const first = app.start();
    for (const partition of [0, 1, 0, 1]) app.send(1, partition);
    await app.until(() => [0, 1].every(partition => app.cluster.committedOffset('in', partition) === 2));
    await first.close();
    createAgain();
    for (const partition of [0, 1]) app.cluster.commitOffset('in', partition, 2);
    const second = app.start();
    send(5);
    await counted(7);
    await second.close();
    assert.ok(!app.warnings.some(text => /others have committed/.test(text)), app.warnings.join('; '));
  });

  it('with other partitions stops an application that has a store', async () => {
    const streams = app.start();
    send(3);
    await counted(3);
    app.cluster.deleteTopic('in');
    app.cluster.createTopic('in', 1);
    send(1);
    await assert.rejects(streams.stopped, /topic in has 1 partitions, and had 2 before/);
  });

  it('goes on from where the task had come, and says so, if the cluster has no topic ids: it may as well be the same', async () => {
    app.cluster = new InMemoryCluster(app.clock, { ...AT_ONCE, hasTopicIds: false });
    app.createTopics();
    const streams = app.start();
    send(3);
    await counted(3);
    await streams.close();
    createAgain();
    send(5);
    app.start();
    await counted(5);
    assert.match(app.warnings.join('; '), /no committed offset of in-0: goes on from 3, where task 0_0 had come/);
  });
});

describe('a client that goes back to the beginning by itself', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  it('is sent back to the last commit, and nothing is counted twice', async () => {
    app.start({}, countsAll());
    for (let sent = 0; sent < 10; sent++) app.send(1, sent % 2);
    await app.until(() => app.output().includes('10'));
    app.cluster.resetPositions();
    await app.until(() => app.warnings.length > 0);
    app.send(1);
    await app.until(() => app.output().includes('11'));
    assert.equal(Math.max(...app.output().map(Number)), 11);
    assert.match(app.warnings.join('; '), /going back to the last commit: .* came from 0 on, where \d+ is next/);
  });

  it('reads what is there where the topic was made again, in a cluster without topic ids', async () => {
    app.cluster = new InMemoryCluster(app.clock, { ...AT_ONCE, hasTopicIds: false });
    app.createTopics();
    app.start();
    for (let sent = 0; sent < 3; sent++) app.send(1);
    await app.until(() => app.output().includes('3'));
    app.cluster.deleteTopic('in');
    app.cluster.createTopic('in', 2);
    app.cluster.resetPositions();
    app.send(1);
    await app.until(() => app.output().includes('4'));
    assert.ok(
      app.warnings.some(text => /in-0 has the offsets 0 to 1, and not \d+, which is next: goes on from 0/.test(text)),
    );
    app.send(1);
    await app.until(() => app.output().includes('5'));
  });
});

/** One count of all records. */
function countsAll(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .groupBy(() => 'all')
    .count({ as: 'counts' })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
