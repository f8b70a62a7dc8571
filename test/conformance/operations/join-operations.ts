import { type GlobalKTable, JoinWindows, type KStream, type KTable } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { serdeOf } from '../case-serde.js';
import { joiner, joinerOfBothKeys } from '../functions/joiners.js';
import { valueFunction } from '../functions/value-functions.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, stream, table } from './declared.js';
import { idOf, namedStoreOf, serdesOf } from './options.js';

/** Declares a join; `other` is what the operation names in `with`. */
export function joinOf(from: Declared, other: Declared, operation: Operation): Declared {
  if (from.kind === 'stream' && other.kind === 'table') return streamTableJoin(from.stream, other.table, operation);
  if (from.kind === 'stream' && other.kind === 'globalTable') return globalJoin(from.stream, other.table, operation);
  if (from.kind === 'stream' && other.kind === 'stream') return streamJoin(from.stream, other.stream, operation);
  if (from.kind === 'table' && other.kind === 'table') return tableJoin(from.table, other.table, operation);
  throw new NotBuilt(`joins of a ${from.kind} with a ${other.kind} are not built yet`);
}

function streamTableJoin(
  from: KStream<unknown, unknown>,
  other: KTable<unknown, unknown>,
  operation: Operation,
): Declared {
  const join = joiner(operation.joiner);
  const join3 = (left: unknown, right: unknown, key: unknown): unknown => join(key, left, right);
  const { grace } = operation;
  const joined = {
    name: idOf(operation),
    ...serdesOf(operation),
    ...(grace === undefined ? {} : { gracePeriod: grace }),
  };
  return stream(
    operation.op === 'join'
      ? from.join(other as KTable<NonNullable<unknown>, unknown>, join3, joined)
      : from.leftJoin(other as KTable<NonNullable<unknown>, unknown>, join3, joined),
  );
}

function globalJoin(
  from: KStream<unknown, unknown>,
  other: GlobalKTable<unknown, unknown>,
  { op, key, joiner: spec }: Operation,
): Declared {
  const select = valueFunction(key);
  const join = joinerOfBothKeys(spec);
  const join4 = (left: unknown, right: unknown, of: unknown, mapped: unknown): unknown => join(of, mapped, left, right);
  return stream(op === 'join' ? from.join(other, select, join4) : from.leftJoin(other, select, join4));
}

function streamJoin(from: KStream<unknown, unknown>, other: KStream<unknown, unknown>, operation: Operation): Declared {
  const { windows } = operation;
  if (windows === undefined || !('before' in windows)) throw new Error('a join of streams without windows');
  const join = joiner(operation.joiner);
  const join3 = (left: unknown, right: unknown, key: unknown): unknown => join(key, left, right);
  const options = { as: idOf(operation), ...serdesOf(operation), otherValueSerde: serdeOf(operation.otherSerde) };
  const within = JoinWindows.of(windows);
  switch (operation.op) {
    case 'join':
      return stream(from.join(other, join3, within, options));
    case 'leftJoin':
      return stream(from.leftJoin(other, join3, within, options));
    default:
      return stream(from.outerJoin(other, join3, within, options));
  }
}

function tableJoin(from: KTable<unknown, unknown>, other: KTable<unknown, unknown>, operation: Operation): Declared {
  const { op, store, foreignKey } = operation;
  const join = joiner(operation.joiner);
  const join3 = (left: unknown, right: unknown, key: unknown): unknown => join(key, left, right);
  const options = { ...namedStoreOf(operation), ...(store === undefined ? {} : serdesOf(operation)) };
  if (foreignKey !== undefined) {
    const foreign = valueFunction(foreignKey);
    const named = { name: idOf(operation), ...options };
    const extract = (value: unknown, key: unknown): unknown => foreign(key, value);
    return table(op === 'join' ? from.join(other, extract, join3, named) : from.leftJoin(other, extract, join3, named));
  }
  switch (op) {
    case 'join':
      return table(from.join(other, join3, options));
    case 'leftJoin':
      return table(from.leftJoin(other, join3, options));
    default:
      return table(from.outerJoin(other, join3, options));
  }
}
