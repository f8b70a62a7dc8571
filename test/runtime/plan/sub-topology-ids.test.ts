import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Checkpoint } from '../../../streams/audit/checkpoint.js';
import { newTaskCounts } from '../../../streams/audit/task-counts.js';
import { StreamsBuilder } from '../../../streams/index.js';
import { withCommittedIds } from '../../../streams/runtime/plan/sub-topology-ids.js';
import { planTopology, type TopologyPlan } from '../../../streams/runtime/plan/task-plan.js';

const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** One sub-topology for each topic. */
function planOf(topics: readonly string[]): TopologyPlan {
  const builder = new StreamsBuilder();
  for (const topic of topics) builder.stream(topic).groupByKey().count({ as: topic });
  return planTopology(builder.build(), 'app', new Map(TOPICS.map(topic => [topic, 1])));
}

function auditOf(task: string, topic: string): Checkpoint {
  const offsets = { [topic]: { begin: 0, next: 1 } };
  const nothing = { instance: null, host: null, streamTime: 0, counts: newTaskCounts(), times: {}, watermarks: {} };
  return { task, offsets, ...nothing };
}

/** The number of the sub-topology of each topic. */
function idsOf(plan: TopologyPlan): ReadonlyMap<string, number> {
  return new Map(plan.subTopologies.map(({ id, inputs }) => [inputs[0]?.topic ?? '', id]));
}

const audits = (ids: ReadonlyMap<string, number>, topics: readonly string[]): Map<string, Checkpoint> =>
  new Map(topics.map(topic => [`${ids.get(topic)}_0`, auditOf(`${ids.get(topic)}_0`, topic)]));

describe('the numbers of sub-topologies', () => {
  it('are their positions in an application that has committed nothing', () => {
    assert.deepEqual(
      [...idsOf(withCommittedIds(planOf(['b', 'a', 'c']), new Map()))],
      [
        ['b', 0],
        ['a', 1],
        ['c', 2],
      ],
    );
  });

  it('are the same at all instances, whichever sub-topologies have committed since the topology changed', () => {
    const topics = fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1 });
    fc.assert(
      fc.property(topics, topics, fc.array(fc.boolean()), (before, now, committed) => {
        const first = idsOf(withCommittedIds(planOf(before), new Map()));
        const known = audits(first, before);
        const ids = idsOf(withCommittedIds(planOf(now), known));
        for (const topic of now) if (first.has(topic)) assert.equal(ids.get(topic), first.get(topic), topic);
        assert.equal(new Set([...ids.values(), ...first.values()]).size, new Set([...before, ...now]).size);
        const since = now.filter((_, i) => committed[i] === true);
        const later = idsOf(withCommittedIds(planOf(now), new Map([...known, ...audits(ids, since)])));
        assert.deepEqual(later, ids);
      }),
    );
  });
});
