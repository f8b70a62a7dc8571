import type { CogroupedKStream, KGroupedStream } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { aggregator } from '../functions/aggregators.js';
import type { Declared, DeclaredOf } from './declared.js';
import { table } from './declared.js';
import { windowsOf } from './group-operations.js';
import { refuseVersioned, serdesOf, storeOf } from './options.js';

type Group = KGroupedStream<unknown, unknown>;

/** Declares a cogroup of the groups that the operation names. */
export function cogroupOf({ of = [] }: Operation, groupOf: (id: string) => Group): Declared {
  let group: CogroupedKStream<unknown, unknown> | undefined;
  for (const { from, fn } of of) {
    const aggregate = aggregator(fn);
    group =
      group === undefined ? groupOf(from).cogroup<unknown>(aggregate) : group.cogroup(groupOf(from), aggregate);
  }
  if (group === undefined) throw new Error('a cogroup of nothing');
  return { kind: 'cogroup', group };
}

/** Declares an operation of a cogroup, windowed or not. */
export function ofCogroup(from: DeclaredOf<'cogroup' | 'windowedCogroup'>, operation: Operation): Declared {
  if (operation.op === 'windowedBy') {
    if (from.kind !== 'cogroup') throw new Error('windows of windows');
    const windowed = from.group.windowedBy(windowsOf(operation.windows));
    return {
      kind: 'windowedCogroup',
      windowed: operation.emit === undefined ? windowed : windowed.emitStrategy(operation.emit),
    };
  }
  if (operation.op !== 'aggregate') throw new Error(`${operation.op} of a cogroup`);
  refuseVersioned(operation);
  const { retention } = operation;
  const store = { as: storeOf(operation), ...serdesOf(operation) };
  const initializer = (): unknown => operation.init;
  if (from.kind === 'cogroup') return table(from.group.aggregate(initializer, store));
  return table(from.windowed.aggregate(initializer, retention === undefined ? store : { ...store, retention }));
}
