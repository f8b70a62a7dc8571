import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Consumer } from '../../streams/kafka/ports.js';
import type { TopicPartition } from '../../streams/kafka/record.js';
import { InMemoryCluster } from '../../streams/testing/in-memory-cluster.js';
import { ManualClock } from '../../streams/testing/manual-clock.js';
import { assignByRange, type GroupMember } from '../../streams/testing/range-assignor.js';

const TOPICS = ['t1', 't2', 't3'];

const groups = fc.uniqueArray(fc.record({ instanceId: fc.uuid(), topics: fc.subarray(TOPICS) }), {
  selector: ({ instanceId }) => instanceId,
  maxLength: 7,
});
const partitionCounts = fc.record({
  t1: fc.integer({ min: 0, max: 12 }),
  t2: fc.integer({ min: 0, max: 12 }),
  t3: fc.integer({ min: 0, max: 12 }),
});

/** `topic-partition` of each member, sorted. */
function assignment(
  members: readonly GroupMember[],
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, readonly string[]>> {
  const assigned = assignByRange(members, topic => counts[topic] ?? 0);
  return Object.fromEntries([...assigned].map(([id, partitions]) => [id, names(partitions)]));
}

function names(partitions: readonly TopicPartition[]): readonly string[] {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).sort();
}

// The examples are those of Java's RangeAssignorTest.
describe('the range assignor of the simulated group', () => {
  it('gives the first members one more where partitions do not divide evenly', () => {
    const topics = ['t1', 't2'];
    const members = [
      { instanceId: 'c2', topics },
      { instanceId: 'c1', topics },
    ];
    assert.deepEqual(assignment(members, { t1: 3, t2: 3 }), {
      c1: ['t1-0', 't1-1', 't2-0', 't2-1'],
      c2: ['t1-2', 't2-2'],
    });
  });

  it('divides a topic among the members that subscribe to it', () => {
    const members = [
      { instanceId: 'c1', topics: ['t1'] },
      { instanceId: 'c2', topics: ['t1', 't2'] },
      { instanceId: 'c3', topics: ['t1'] },
    ];
    assert.deepEqual(assignment(members, { t1: 3, t2: 2 }), {
      c1: ['t1-0'],
      c2: ['t1-1', 't2-0', 't2-1'],
      c3: ['t1-2'],
    });
  });

  it('gives nothing to members that are too many, and nothing of a topic that does not exist', () => {
    const members = ['c1', 'c2', 'c3'].map(instanceId => ({ instanceId, topics: ['t1', 'missing'] }));
    assert.deepEqual(assignment(members, { t1: 2 }), { c1: ['t1-0'], c2: ['t1-1'], c3: [] });
  });

  it('divides every topic among its subscribers, in ranges, in the order of their ids, the larger ranges first', () => {
    fc.assert(
      fc.property(groups, partitionCounts, (members, counts) => {
        const assigned = assignByRange(members, topic => counts[topic as keyof typeof counts]);
        assert.deepEqual(new Set(assigned.keys()), new Set(members.map(({ instanceId }) => instanceId)));
        for (const [topic, count] of Object.entries(counts)) {
          const subscribers = members
            .filter(({ topics }) => topics.includes(topic))
            .map(({ instanceId }) => instanceId);
          const ranges = [...assigned]
            .map(([id, partitions]) => ({
              id,
              range: partitions.filter(of => of.topic === topic).map(of => of.partition),
            }))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
          const inOrder = ranges.filter(({ id }) => subscribers.includes(id)).map(({ range }) => range);
          const all = Array.from({ length: subscribers.length === 0 ? 0 : count }, (_, partition) => partition);
          assert.deepEqual(inOrder.flat(), all);
          assert.deepEqual(
            ranges.flatMap(({ range }) => range),
            all,
          );
          const sizes = inOrder.map(({ length }) => length);
          assert.deepEqual(
            sizes,
            [...sizes].sort((a, b) => b - a),
          );
          assert.ok(sizes.length === 0 || (sizes[0] ?? 0) - (sizes.at(-1) ?? 0) <= 1);
        }
      }),
    );
  });

  it('does not depend on the order in which members come', () => {
    const shuffled = groups.chain(members =>
      fc.tuple(
        fc.constant(members),
        fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, partitionCounts, ([members, others], counts) => {
        assert.deepEqual(assignment(others, counts), assignment(members, counts));
      }),
    );
  });
});

describe('the simulated group', () => {
  it('divides a topic among those of its members that subscribe to it', () => {
    const cluster = new InMemoryCluster(new ManualClock(0));
    cluster.createTopic('t1', 2);
    cluster.createTopic('t2', 2);
    const assigned: Record<string, readonly string[]> = {};
    const join = (id: string, topics: readonly string[]): Consumer => {
      const consumer = cluster.ports.consumer({ clientId: id, groupId: 'g', groupInstanceId: id, pollTimeoutMs: 1 });
      consumer.subscribe(topics, {
        onPartitionsAssigned: partitions => {
          assigned[id] = names(partitions);
        },
        onPartitionsRevoked: () => {},
      });
      return consumer;
    };
    const first = join('a', ['t1']);
    join('b', ['t1', 't2']);
    first.unassign();
    assert.deepEqual(assigned, { a: ['t1-0'], b: ['t1-1', 't2-0', 't2-1'] });
  });
});
