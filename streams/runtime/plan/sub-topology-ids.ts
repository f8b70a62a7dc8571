import type { Checkpoint } from '../../audit/checkpoint.js';
import { StreamsError } from '../errors.js';
import type { PlannedSubTopology, TopologyPlan } from './task-plan.js';

/** What a sub-topology has committed under one number. These names stay the same when the topology changes. */
interface CommittedNames {
  readonly id: number;
  readonly inputs: ReadonlySet<string>;
  /** Stores whose operators have committed an event time. */
  readonly timed: ReadonlySet<string>;
}

/**
 * Operators of one sub-topology are in several now, or the reverse. The event time of their stores can't be carried on.
 */
export class MovedStoreError extends StreamsError {
  constructor(store: string, before: number, message: string) {
    super(
      `store ${store} was kept by sub-topology ${before}, ${message}: its windows would be closed twice or not at all. ` +
        'Declare it as it was, give it another name, or process the input from its beginning, after a reset of the application',
    );
    this.name = 'MovedStoreError';
  }
}

/**
 * The plan with the numbers under which its sub-topologies have committed. They are found by the topics that a
 * sub-topology reads and by its stores. The number is part of the ids of tasks, and therefore of directories and
 * checkpoints. So a sub-topology that is declared before others must not shift it. One that has not committed gets the
 * lowest number that is free, in the order of declaration. So all instances agree, whichever of the new sub-topologies
 * have committed when an instance starts. Throws a MovedStoreError.
 */
export function withCommittedIds(plan: TopologyPlan, tasks: ReadonlyMap<string, Checkpoint>): TopologyPlan {
  const committed = committedNames(tasks);
  const ids = matched(plan.subTopologies, committed);
  const used = new Set(committed.map(({ id }) => id));
  const subTopologies = plan.subTopologies.map(subTopology => ({
    ...subTopology,
    id: ids.get(subTopology) ?? takeLowest(used),
  }));
  for (const subTopology of subTopologies) checkStores(subTopology, committed);
  return { ...plan, subTopologies };
}

function takeLowest(used: Set<number>): number {
  let id = 0;
  while (used.has(id)) id++;
  used.add(id);
  return id;
}

function committedNames(tasks: ReadonlyMap<string, Checkpoint>): CommittedNames[] {
  const names = new Map<number, { id: number; inputs: Set<string>; timed: Set<string> }>();
  for (const [task, { offsets, repartitionOffsets = {}, times }] of tasks) {
    const id = Number.parseInt(task, 10);
    const known = names.get(id) ?? { id, inputs: new Set(), timed: new Set() };
    names.set(id, known);
    for (const topic of [...Object.keys(offsets), ...Object.keys(repartitionOffsets)]) known.inputs.add(topic);
    // The time of a node before the store's operator has the store's name, a slash and a suffix.
    for (const name of Object.keys(times)) known.timed.add(name.split('/', 1)[0] ?? name);
  }
  return [...names.values()];
}

/** Matches first what has most names in common. */
function matched(
  subTopologies: readonly PlannedSubTopology[],
  committed: readonly CommittedNames[],
): ReadonlyMap<PlannedSubTopology, number> {
  const pairs = subTopologies.flatMap(subTopology =>
    committed.map(names => ({ subTopology, id: names.id, shared: sharedNames(subTopology, names) })),
  );
  pairs.sort((a, b) => b.shared - a.shared || a.id - b.id);
  const ids = new Map<PlannedSubTopology, number>();
  const taken = new Set<number>();
  for (const { subTopology, id, shared } of pairs) {
    if (shared === 0 || ids.has(subTopology) || taken.has(id)) continue;
    ids.set(subTopology, id);
    taken.add(id);
  }
  return ids;
}

function sharedNames({ inputs, stores }: PlannedSubTopology, committed: CommittedNames): number {
  const topics = inputs.filter(({ topic }) => committed.inputs.has(topic));
  return topics.length + stores.filter(({ spec }) => committed.timed.has(spec.name)).length;
}

function checkStores({ id, stores }: PlannedSubTopology, committed: readonly CommittedNames[]): void {
  for (const { spec } of stores) {
    const keepers = committed.filter(({ timed }) => timed.has(spec.name));
    const [before] = keepers;
    if (before === undefined || keepers.some(keeper => keeper.id === id)) continue;
    throw new MovedStoreError(spec.name, before.id, `the topology has it in ${id}`);
  }
}
