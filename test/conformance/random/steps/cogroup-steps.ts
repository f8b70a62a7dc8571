import type { Draft } from '../draft.js';
import { aggregation, aggregations } from '../functions/aggregations.js';
import { closing, type GroupNode, type GroupWindows, type StreamNode, type TableNode, tableNode } from '../nodes.js';
import { isScalar, type Scalar, serdes, type ValueShape } from '../shapes.js';
import { rememberStore, streamSource } from '../sources.js';
import { aggregate, groupStream, LONG_RETENTION } from './group-steps.js';
import { streams } from './stream-steps.js';
import { type WindowsType, windowsOf } from './window-steps.js';

export interface WantedCogroup {
  readonly windowed?: boolean;
  readonly types?: readonly WindowsType[];
}

const RESULTS = ['long', 'string', 'list'] as const;
const MERGERS = { long: 'sum', string: 'concat', list: 'last' } as const;

/** Aggregates the stream together with up to two others, in windows or not. */
export function cogroup(draft: Draft, from: StreamNode, wanted: WantedCogroup = {}): TableNode {
  const { random } = draft;
  const group = groupStream(draft, from, { named: true });
  const { key } = group;
  if (!isScalar(key)) return aggregate(draft, group);
  const groups = [group, ...otherGroups(draft, from, key)];
  const possible = RESULTS.filter(result => groups.every(one => canGive(draft, one, result)));
  const result = random.weighted(possible.map(gives => [gives, gives === 'list' ? 2 : 4] as const));
  const chosen = groups.map(({ id, key: ofKey, value }) => {
    const { fn, sub, init } = aggregation(draft, ofKey, value, result);
    return { init, of: { from: id, fn: result === 'string' && random.chance(0.3) ? sub : fn } };
  });
  const cogrouped = draft.declare('cogroup', { of: chosen.map(({ of }) => of) });
  const roots = new Set(groups.flatMap(one => [...one.roots]));
  // The groups of a windowed one share a store here. A cache in front of it differs from Java's on purpose.
  const windowed = wanted.windowed ?? random.chance(0.5);
  const windows = windowed && draft.config.cacheBytes === 0 ? windowsOf(draft, key, wanted.types) : undefined;
  const store = draft.storeWithChance(0.7);
  const id = draft.declare('aggregate', {
    from: windows === undefined ? cogrouped : draft.declare('windowedBy', { from: cogrouped, windows: windows.spec }),
    init: chosen[0]?.init,
    store,
    ...(windows !== undefined && windowFields(draft, windows, result)),
    ...serdes(key, result),
  });
  const closes = windows !== undefined && closing(windows);
  const table = draft.add(tableNode(id, windows?.key ?? key, result, roots, { closes }));
  if (windows === undefined) rememberStore(draft, store, table);
  return table;
}

function otherGroups(draft: Draft, from: StreamNode, key: Scalar): readonly GroupNode[] {
  const { random } = draft;
  const group = (): GroupNode => {
    const others = streams(draft).filter(other => isScalar(other.key) && other.id !== from.id);
    const other =
      others.length > 0 && random.chance(0.4)
        ? random.pick(others)
        : streamSource(draft, random.chance(0.6) ? { key } : {});
    return groupStream(draft, other, { named: true, key });
  };
  return Array.from({ length: random.pick([0, 1, 1, 1, 2]) }, () => draft.attempt(group)).filter(
    made => made !== undefined,
  );
}

function canGive(draft: Draft, { key, value }: GroupNode, result: ValueShape): boolean {
  return aggregations(draft, key, value).some(([{ gives }]) => gives === result);
}

function windowFields(
  { random }: Draft,
  windows: GroupWindows,
  result: (typeof RESULTS)[number],
): { readonly merge?: string; readonly retention?: number } {
  return {
    ...(windows.spec.type === 'session' && { merge: MERGERS[result] }),
    ...(closing(windows) && random.chance(0.2) && { retention: LONG_RETENTION }),
  };
}
