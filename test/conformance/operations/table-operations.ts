import { type Grouped, type KGroupedTable, Suppressed } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { predicate } from '../functions/predicates.js';
import { valueFunction } from '../functions/value-functions.js';
import { valueTransformer } from '../functions/value-transformers.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, type DeclaredOf, stream, table, tableGroup } from './declared.js';
import { givenSerdesOf, idOf, namedStoreOf, nameOf, serdesOf } from './options.js';

/** Declares an operation of a table. */
export function ofTable({ table: from }: DeclaredOf<'table'>, operation: Operation): Declared {
  const named = namedStoreOf(operation);
  const stored = named.as === undefined ? givenSerdesOf(operation) : { ...named, ...serdesOf(operation) };
  switch (operation.op) {
    case 'filter':
    case 'filterNot': {
      const test = predicate(operation.pred);
      return table(operation.op === 'filter' ? from.filter(test, stored) : from.filterNot(test, stored));
    }
    case 'mapValues': {
      const fn = valueFunction(operation.fn);
      return table(from.mapValues((value, key) => fn(key, value), stored));
    }
    case 'transformValues':
      return table(from.transformValues(valueTransformer(operation.fn), { ...stored, stores: operation.stores ?? [] }));
    case 'groupBy': {
      const key = valueFunction(operation.key);
      const value =
        operation.value === undefined ? (_key: unknown, old: unknown) => old : valueFunction(operation.value);
      return tableGroup(
        from.groupBy<object, object>((k, v) => ({ key: key(k, v) as object, value: value(k, v) as object }), {
          ...nameOf(operation),
          ...(serdesOf(operation) as Grouped<object, object>),
        }) as unknown as KGroupedTable<unknown, unknown>,
      );
    }
    case 'toStream':
      return stream(operation.key === undefined ? from.toStream() : from.toStream(valueFunction(operation.key)));
    case 'suppress':
      return table(from.suppress(suppressed(operation), { name: idOf(operation) }));
    default:
      throw new NotBuilt(`${operation.op} of a table is not built yet`);
  }
}

function suppressed({ until, ms = 0, maxRecords, whenFull }: Operation): Suppressed {
  if (until === 'windowCloses' && whenFull === 'emitEarly')
    throw new NotBuilt('untilWindowCloses that emits early is not built yet');
  const limit = maxRecords === undefined ? {} : { maxRecords };
  return until === 'windowCloses'
    ? Suppressed.untilWindowCloses(limit)
    : Suppressed.untilTimeLimit(ms, { ...limit, ...(whenFull && { whenFull }) });
}
