import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { IncrementalAssignment } from '../../streams/kafka/incremental-assignment.js';
import type { PolledBatch } from '../../streams/kafka/ports.js';
import type { ConsumerRecord, TopicPartition, TopicPartitionOffset } from '../../streams/kafka/record.js';
import { FakeMember } from './fake-member.js';

const NOTHING: PolledBatch = { records: [], ends: [] };
const p = (...partitions: number[]): TopicPartition[] => partitions.map(partition => ({ topic: 't', partition }));
const at = (offset: number, ...partitions: number[]): TopicPartitionOffset[] =>
  p(...partitions).map(partition => ({ ...partition, offset }));
const record = (partition: number, offset: number): ConsumerRecord => ({
  topic: 't',
  partition,
  offset,
  timestamp: 0,
  key: null,
  value: null,
  headers: [],
});

describe('the assignment of a member of the newer consumer protocol', () => {
  let member: FakeMember;
  let reported: string[];
  let now: number;
  let assignment: IncrementalAssignment;

  beforeEach(() => {
    member = new FakeMember();
    reported = [];
    const names = (partitions: readonly TopicPartition[]): string => partitions.map(of => of.partition).join(',');
    now = 0;
    const listener = {
      onPartitionsAssigned: (partitions: readonly TopicPartition[]) => reported.push(`assigned ${names(partitions)}`),
      onPartitionsRevoked: (partitions: readonly TopicPartition[]) => reported.push(`revoked ${names(partitions)}`),
    };
    assignment = new IncrementalAssignment(member, listener, () => now);
  });

  const given = (...partitions: number[]): void => {
    member.ask('assign', p(...partitions), assignment);
    member.deliver();
  };
  const taken = (...partitions: number[]): void => {
    member.ask('revoke', p(...partitions), assignment);
    member.deliver();
  };
  /** The group gives, and all that it has given is read. */
  const reading = (offset: number, ...partitions: number[]): void => {
    given(...partitions);
    assignment.assign([]);
    assignment.assign(at(offset, ...partitions));
    reported.length = 0;
    member.calls.length = 0;
  };
  const poll = (batch: PolledBatch = NOTHING): Promise<PolledBatch> => assignment.poll(async () => batch);

  it('is reported as it comes, and answered when the owner assigns', () => {
    given(0, 1);
    assert.deepEqual([reported, member.asks], [['assigned 0,1'], 'assign']);
    assignment.assign([]);
    assert.equal(member.asks, undefined);
    assignment.assign(at(5, 0, 1));
    assert.deepEqual([...member.reads], Object.entries({ 't-0': 5, 't-1': 5 }));
  });

  it('is revoked as a whole, and assigned as a whole, where the group only takes a part; that is given up by unassign, no earlier', () => {
    reading(5, 0, 1);
    taken(1);
    assert.deepEqual([reported, member.asks, member.calls], [['revoked 0,1'], 'revoke', []]);
    assignment.unassign();
    assert.deepEqual([member.asks, member.reads.size], [undefined, 0]);
    given();
    assert.deepEqual(reported, ['revoked 0,1', 'assigned 0']);
    assignment.assign([]);
    assignment.assign(at(5, 0));
    assert.deepEqual([...member.reads.keys()], ['t-0']);
  });

  it('is revoked and assigned as a whole where the group only gives more, which is answered after both', () => {
    reading(5, 0);
    given(1);
    assert.deepEqual([reported, member.asks], [['revoked 0', 'assigned 0,1'], 'assign']);
    assignment.unassign();
    assert.equal(member.asks, 'assign');
    assignment.assign([]);
    assert.equal(member.asks, undefined);
    assignment.assign(at(5, 0, 1));
    assert.deepEqual([...member.reads.keys()], ['t-0', 't-1']);
  });

  it('is given up where nothing of it is read yet', () => {
    given(0, 1);
    assignment.assign([]);
    taken(1);
    assignment.unassign();
    assert.equal(member.asks, undefined);
  });

  it('is nothing when the group has reported nothing for long, and may become something later', async () => {
    for (; now < 10_000; now += 1000) await poll();
    assert.deepEqual(reported, []);
    await poll();
    await poll();
    assert.deepEqual(reported, ['assigned ']);
    assignment.assign([]);
    assert.deepEqual(member.calls, []);
    given(0);
    assert.deepEqual(reported, ['assigned ', 'revoked ', 'assigned 0']);
    assignment.unassign();
    assignment.assign([]);
    assert.deepEqual([member.asks, member.calls], [undefined, ['assign']]);
  });

  it('is never reported as nothing to a member that has heard of the group', async () => {
    await poll();
    given(0);
    now = 60_000;
    await poll();
    assert.deepEqual(reported, ['assigned 0']);
  });

  it('may become nothing, and something again', () => {
    reading(5, 0);
    taken(0);
    assignment.unassign();
    given();
    assignment.assign([]);
    given(0, 1);
    assert.deepEqual(reported, ['revoked 0', 'assigned ', 'revoked ', 'assigned 0,1']);
    assignment.unassign();
    assignment.assign([]);
    assert.equal(member.asks, undefined);
  });

  it('leaves the group without an answer as long as the owner has not come to it, whatever else it assigns', () => {
    reading(5, 0, 1);
    taken(1);
    assignment.assign(at(2, 0, 1));
    assert.deepEqual([member.asks, member.calls], ['revoke', []]);
    assignment.unassign();
    given(2);
    assignment.assign([]);
    assignment.assign(at(5, 0, 2));
    given(3);
    member.calls.length = 0;
    assignment.assign(at(2, 0, 2));
    assert.deepEqual([member.asks, member.calls], ['assign', []]);
  });

  describe('that more is read of', () => {
    it('goes on where it was, so that a revocation which is on the way is not answered', async () => {
      reading(5, 0, 1);
      assignment.unassign();
      assignment.assign(at(5, 0));
      member.calls.length = 0;
      await poll({ records: [record(0, 5), record(0, 7)], ends: [] });
      member.ask('revoke', p(1), assignment);
      assignment.assign([...at(8, 0), ...at(5, 1)]);
      assert.deepEqual([member.calls, member.asks], [['assign t-1'], 'revoke']);
    });

    it('reports once more which partitions are at their end, unless more has come', async () => {
      reading(5, 0, 1);
      await poll({ records: [record(1, 5)], ends: [...at(6, 0), ...at(7, 1)] });
      assignment.assign([...at(6, 0), ...at(7, 1)]);
      assert.deepEqual(member.calls, []);
      const { ends } = await poll({ records: [record(1, 8)], ends: [] });
      assert.deepEqual(ends, at(6, 0));
      assert.deepEqual((await poll()).ends, []);
    });

    it('reports no end once more of a partition that was paused since', async () => {
      reading(5, 0, 1);
      await poll({ records: [], ends: at(5, 0, 1) });
      assignment.forgetEnds(p(0));
      assignment.assign(at(5, 0, 1));
      assert.deepEqual((await poll()).ends, at(5, 1));
    });
  });

  describe('that goes back', () => {
    it('is read when a poll has shown that nothing was revoked meanwhile', async () => {
      reading(5, 0, 1);
      await poll({ records: [record(0, 5)], ends: [] });
      assignment.assign(at(5, 0, 1));
      assert.deepEqual(member.calls, ['unassign t-0,t-1']);
      await poll();
      assert.deepEqual(member.calls, ['unassign t-0,t-1', 'assign t-0,t-1']);
    });

    it('is not read if a revocation was on the way, which that has answered; the owner gets all that comes', async () => {
      reading(5, 0, 1);
      await poll({ records: [record(0, 5)], ends: [] });
      member.ask('revoke', p(1), assignment);
      assignment.assign(at(5, 0, 1));
      assert.equal(member.asks, undefined);
      await assignment.poll(async () => {
        // Callbacks of a poll come after its result.
        setImmediate(() => member.deliver());
        return NOTHING;
      });
      assert.deepEqual([reported, member.reads.size], [['revoked 0,1'], 0]);
      given();
      // It has not come to the first yet.
      assignment.assign(at(5, 0, 1));
      assert.equal(member.reads.size, 0);
      assignment.unassign();
      assignment.assign([]);
      assignment.assign(at(5, 0));
      assert.deepEqual([reported, member.asks], [['revoked 0,1', 'assigned 0'], undefined]);
      assert.deepEqual([...member.reads.keys()], ['t-0']);
    });

    it('is read from the last place of several', async () => {
      reading(5, 0);
      await poll({ records: [record(0, 5)], ends: [] });
      assignment.assign(at(5, 0));
      assignment.assign(at(4, 0));
      await poll();
      assert.equal(member.reads.get('t-0'), 4);
    });

    it('is not read because of a poll that failed', async () => {
      reading(5, 0);
      await poll({ records: [record(0, 5)], ends: [] });
      assignment.assign(at(5, 0));
      await assert.rejects(assignment.poll(() => Promise.reject(new Error('no'))));
      assert.equal(member.reads.size, 0);
    });
  });

  describe('when it closes', () => {
    it('answers what was asked', () => {
      reading(5, 0, 1);
      taken(1);
      assignment.close();
      assert.deepEqual([member.asks, member.reads.size], [undefined, 0]);
      given();
      assert.deepEqual([member.asks, reported], [undefined, ['revoked 0,1']]);
    });

    it('answers an assignment that the owner has not come to', () => {
      reading(5, 0);
      given(1);
      assignment.close();
      assert.deepEqual([member.asks, member.reads.size], [undefined, 0]);
    });

    it('gives no answer that was not asked for', () => {
      reading(5, 0);
      assignment.close();
      assert.deepEqual(member.calls, []);
    });

    it('answers an assignment that comes when the client can only be unassigned', () => {
      reading(5, 0);
      assignment.close();
      member.closing = true;
      given(1);
      assert.equal(member.asks, undefined);
    });

    it('answers what is asked later, and does not mind that the client is gone', () => {
      reading(5, 0);
      assignment.close();
      taken(0);
      assert.equal(member.asks, undefined);
      member.gone = true;
      assert.doesNotThrow(() => taken());
    });
  });
});
