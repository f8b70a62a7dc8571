import type { WindowsSpec } from '../../case-file.js';
import type { Draft } from '../draft.js';
import { closing, type GroupWindows, type StreamNode, type TableNode } from '../nodes.js';
import { isScalar, type Scalar } from '../shapes.js';
import { aggregate, groupStream } from './group-steps.js';

export type WindowsType = 'tumbling' | 'hopping' | 'sliding' | 'session' | 'unlimited';

const ALL: readonly WindowsType[] = [
  'tumbling',
  'tumbling',
  'hopping',
  'hopping',
  'sliding',
  'sliding',
  'session',
  'unlimited',
];

export interface WantedWindows {
  /** A type that is in the list more than once is taken more often. */
  readonly types?: readonly WindowsType[];
  /** The probability of final results alone. */
  readonly final?: number;
}

/** Aggregates the stream in windows. */
export function aggregateWindows(draft: Draft, from: StreamNode, wanted: WantedWindows = {}): TableNode {
  const group = groupStream(draft, from);
  const { id, key, value, roots } = group;
  if (!isScalar(key)) return aggregate(draft, group);
  const windows = windowsOf(draft, key, wanted.types);
  const emit = emitOf(draft, from, windows, wanted.final ?? 0.25);
  const windowed = draft.declare('windowedBy', { from: id, windows: windows.spec, emit });
  const emitsFinal = emit === 'onWindowClose';
  return aggregate(draft, { kind: 'windowed', id: windowed, key, value, roots, windows, emitsFinal });
}

function emitOf(
  draft: Draft,
  { onePerInput }: StreamNode,
  windows: GroupWindows,
  final: number,
): 'onWindowClose' | 'onWindowUpdate' | undefined {
  if (!closing(windows)) return undefined;
  if (!draft.random.chance(final)) return draft.random.chance(0.05) ? 'onWindowUpdate' : undefined;
  if (windows.spec.type !== 'session') return 'onWindowClose';
  // Final sessions with one end leave Java's stores on disk and in memory in different orders.
  if (!onePerInput) return undefined;
  draft.demand({ distinctTimes: true });
  return 'onWindowClose';
}

export function windowsOf({ random }: Draft, key: Scalar, types: readonly WindowsType[] = ALL): GroupWindows {
  const type = random.pick(types);
  const grace = random.pick([0, 0, 5, 10, 20, 50, 100]);
  const time = (spec: WindowsSpec, size: number | null): GroupWindows => ({
    spec,
    key: { windows: 'time', of: key, size },
  });
  switch (type) {
    case 'tumbling': {
      const size = random.pick([5, 10, 10, 20, 50]);
      return time({ type, size, grace }, size);
    }
    case 'hopping': {
      const [size, advance] = random.pick([
        [10, 5],
        [10, 4],
        [20, 10],
        [10, 3],
        [7, 7],
        [20, 15],
      ] as const);
      return time({ type, size, advance, grace }, size);
    }
    case 'sliding': {
      const diff = random.pick([5, 10, 10, 20, 1]);
      return time({ type, diff, grace }, diff);
    }
    case 'session':
      return { spec: { type, gap: random.pick([5, 10, 10, 20]), grace }, key: { windows: 'session', of: key } };
    case 'unlimited':
      return time({ type, start: random.pick([0, 5, 10, 30]) }, null);
  }
}
