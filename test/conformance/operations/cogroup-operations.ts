import { type CogroupedKStream, type KGroupedStream, SessionWindows, SlidingWindows } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { aggregator, reducer } from '../functions/aggregators.js';
import type { Declared, DeclaredOf } from './declared.js';
import { table } from './declared.js';
import { windowsOf } from './group-operations.js';
import { serdesOf, storeOf } from './options.js';

type Group = KGroupedStream<unknown, unknown>;

/** Declares a cogroup of the groups that the operation names. */
export function cogroupOf({ of = [] }: Operation, groupOf: (id: string) => Group): Declared {
  let group: CogroupedKStream<unknown, unknown> | undefined;
  for (const { from, fn } of of) {
    const aggregate = aggregator(fn);
    group = group === undefined ? groupOf(from).cogroup<unknown>(aggregate) : group.cogroup(groupOf(from), aggregate);
  }
  if (group === undefined) throw new Error('a cogroup of nothing');
  return { kind: 'cogroup', group };
}

/** Declares an operation of a cogroup, windowed or not. */
export function ofCogroup(
  from: DeclaredOf<'cogroup' | 'windowedCogroup' | 'sessionCogroup'>,
  operation: Operation,
): Declared {
  if (operation.op === 'windowedBy') {
    if (from.kind !== 'cogroup') throw new Error('windows of windows');
    const { windows } = operation;
    if (windows?.type === 'session') {
      const sessions = from.group.windowedBy(SessionWindows.of(windows));
      return {
        kind: 'sessionCogroup',
        windowed: operation.emit === undefined ? sessions : sessions.emitStrategy(operation.emit),
      };
    }
    const windowed = from.group.windowedBy(
      windows?.type === 'sliding'
        ? SlidingWindows.of({ timeDifference: windows.diff, grace: windows.grace })
        : windowsOf(windows),
    );
    return {
      kind: 'windowedCogroup',
      windowed: operation.emit === undefined ? windowed : windowed.emitStrategy(operation.emit),
    };
  }
  if (operation.op !== 'aggregate') throw new Error(`${operation.op} of a cogroup`);
  const { retention } = operation;
  const store = { as: storeOf(operation), ...serdesOf(operation) };
  const initializer = (): unknown => operation.init;
  const windowStore = retention === undefined ? store : { ...store, retention };
  if (from.kind === 'sessionCogroup') {
    const merge = reducer(operation.merge);
    return table(from.windowed.aggregate(initializer, (_key, left, right) => merge(left, right), windowStore));
  }
  if (from.kind === 'cogroup') return table(from.group.aggregate(initializer, store));
  return table(from.windowed.aggregate(initializer, windowStore));
}
