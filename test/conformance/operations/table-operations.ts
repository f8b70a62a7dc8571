import { Suppressed } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { predicate } from '../functions/predicates.js';
import { valueFunction } from '../functions/value-functions.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, type DeclaredOf, stream, table } from './declared.js';
import { idOf } from './options.js';

/** Declares an operation of a table. */
export function ofTable({ table: from, knowsOldValues }: DeclaredOf<'table'>, operation: Operation): Declared {
  if (operation.store !== undefined) {
    throw new NotBuilt('filter and mapValues of a table have no store of their own yet');
  }
  switch (operation.op) {
    case 'filter':
    case 'filterNot': {
      // Java sends a tombstone there for each rejected row; every table here has a store, and sends only those that delete.
      if (!knowsOldValues) throw new NotBuilt('a filter of a table without a store: every table of the DSL has one');
      const test = predicate(operation.pred);
      return table(operation.op === 'filter' ? from.filter(test) : from.filterNot(test), true);
    }
    case 'mapValues': {
      const fn = valueFunction(operation.fn);
      return table(
        from.mapValues((value, key) => fn(key, value)),
        knowsOldValues,
      );
    }
    case 'toStream':
      return stream(operation.key === undefined ? from.toStream() : from.toStream(valueFunction(operation.key)));
    case 'suppress':
      return table(from.suppress(suppressed(operation), { name: idOf(operation) }), knowsOldValues);
    default:
      throw new NotBuilt(`${operation.op} of a table is not built yet`);
  }
}

function suppressed({ until, ms = 0, maxRecords, whenFull }: Operation): Suppressed {
  if (until === 'timeLimit' && whenFull === 'shutDown')
    throw new NotBuilt('untilTimeLimit that stops when full is not built yet');
  if (until === 'windowCloses' && whenFull === 'emitEarly')
    throw new NotBuilt('untilWindowCloses that emits early is not built yet');
  const limit = maxRecords === undefined ? {} : { maxRecords };
  return until === 'windowCloses' ? Suppressed.untilWindowCloses(limit) : Suppressed.untilTimeLimit(ms, limit);
}
