import type { Draft, Fields } from '../draft.js';
import { aggregation, reducer, subtractor } from '../functions/aggregations.js';
import { keyMapping, type Mapping, mapping, refusing } from '../functions/mappings.js';
import {
  closing,
  type GroupNode,
  type Node,
  type StreamNode,
  type TableGroupNode,
  type TableNode,
  tableNode,
  type WindowedNode,
} from '../nodes.js';
import { NotPossible } from '../not-possible.js';
import { isScalar, isWindowed, type Scalar, serdes, type ValueShape } from '../shapes.js';
import { rememberStore } from '../sources.js';

/** What the group of a cogroup must have: a name, and keys like those of the other groups. */
export interface WantedGroup {
  readonly named?: boolean;
  readonly key?: Scalar;
}

/** Groups a stream, by its key or by another one. */
export function groupStream(draft: Draft, from: StreamNode, wanted: WantedGroup = {}): GroupNode {
  const { random } = draft;
  const { roots, value, onePerInput } = from;
  const groupable = isScalar(from.key) || random.chance(0.1);
  const byKey = groupable && random.chance(0.55) && (wanted.key === undefined || from.key === wanted.key);
  const name = (): string | undefined => draft.nameWithChance('g', wanted.named ? 1 : 0.25);
  if (byKey && !(from.rekeyed && !draft.internalTopicsAllowed)) {
    const { key } = from;
    if (from.rekeyed) draft.addInternalTopic(roots);
    const named = name();
    const id = draft.declare('groupByKey', { from: from.id, name: named, ...serdes(key, value) });
    const topicEach = from.rekeyed && named === undefined;
    return { kind: 'group', id, key, value, roots, onePerInput, topicEach };
  }
  const refuses = wanted.key === undefined && from.unchanged ? refusing(draft, value, 0.4) : undefined;
  const { fn, gives: key } = refuses ?? keyMapping(draft, from.key, value, wanted.key);
  draft.addInternalTopic(roots);
  const named = name();
  const id = draft.declare('groupBy', { from: from.id, key: fn, name: named, ...serdes(key, value) });
  return { kind: 'group', id, key, value, roots, onePerInput, topicEach: named === undefined };
}

export function groupTable(draft: Draft, from: TableNode): TableGroupNode {
  const key = refusing(draft, from.value, 0.15) ?? keyMapping(draft, from.key, from.value);
  const value: Mapping | undefined = draft.random.chance(0.3) ? mapping(draft, from.key, from.value) : undefined;
  draft.addInternalTopic(from.roots);
  const gives: ValueShape = value?.gives ?? from.value;
  const id = draft.declare('groupBy', {
    from: from.id,
    key: key.fn,
    value: value?.fn,
    name: draft.nameWithChance('g', 0.15),
    ...serdes(key.gives, gives),
  });
  return { kind: 'tableGroup', id, key: key.gives, value: gives, roots: from.roots };
}

export function aggregateGroup(draft: Draft, from: Node): TableNode {
  return aggregate(draft, from.kind === 'stream' ? groupStream(draft, from) : groupTable(draft, from));
}

/** Two aggregations of one group. */
export function aggregateTwice(draft: Draft, from: StreamNode): TableNode {
  const group = groupStream(draft, from);
  const first = aggregate(draft, group);
  if (group.topicEach) draft.addInternalTopic(from.roots);
  aggregate(draft, group);
  return first;
}

/** Counts, reduces or aggregates. */
export function aggregate(draft: Draft, of: GroupNode | TableGroupNode | WindowedNode): TableNode {
  const { random } = draft;
  const windows = of.kind === 'windowed' ? of.windows : undefined;
  const history =
    windows === undefined && !isWindowed(of.key) && random.chance(draft.traits.versionedAggregate)
      ? random.pick([1000, 1000, 500])
      : undefined;
  const store = history === undefined ? draft.storeWithChance(0.6) : draft.name('s');
  const { op, gives, ...fields } = operation(draft, of);
  const retention = of.kind === 'windowed' ? retentionOf(draft, of) : undefined;
  const id = draft.declare(op, {
    from: of.id,
    store,
    retention,
    versioned: history,
    ...fields,
    ...serdes(of.key, gives),
  });
  const known = { versioned: history !== undefined, closes: windows !== undefined && closing(windows) };
  const table = draft.add(tableNode(id, windows?.key ?? of.key, gives, of.roots, known));
  if (windows === undefined && history === undefined) rememberStore(draft, store, table);
  return table;
}

function operation(
  draft: Draft,
  { kind, key, value, ...of }: GroupNode | TableGroupNode | WindowedNode,
): Fields & { readonly op: string; readonly gives: ValueShape } {
  switch (draft.random.pick(['count', 'reduce', 'reduce', 'aggregate', 'aggregate'] as const)) {
    case 'count':
      return { op: 'count', gives: 'long' };
    case 'reduce': {
      const fn = reducer(draft, value);
      return { op: 'reduce', gives: value, fn, ...(kind === 'tableGroup' && { sub: subtractor(draft, value, fn) }) };
    }
    case 'aggregate': {
      const { gives, init, fn, sub, merge } = aggregation(draft, key, value);
      return {
        op: 'aggregate',
        gives,
        init,
        fn,
        ...(kind === 'tableGroup' && { sub }),
        ...('windows' in of && of.windows.spec.type === 'session' && { merge }),
      };
    }
  }
}

/** Far longer than all cases last. */
export const LONG_RETENTION = 200_000;

/**
 * Final results have a long one. With the default one Java loses windows that fall out of the retention in the jump of
 * time that closes them, and its stores on disk and in memory differ at that edge.
 */
function retentionOf(draft: Draft, { emitsFinal, windows }: WindowedNode): number | undefined {
  return emitsFinal || (closing(windows) && draft.random.chance(0.15)) ? LONG_RETENTION : undefined;
}

/** Throws NotPossible for keys that have windows already. */
export function scalarKey({ key }: GroupNode): Scalar {
  if (!isScalar(key)) throw new NotPossible();
  return key;
}
