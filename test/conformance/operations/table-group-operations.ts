import type { KGroupedTable, KTable, Serde } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { aggregator, reducer } from '../functions/aggregators.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, table } from './declared.js';
import { historyOf, serdesOf, storeOf } from './options.js';

/** Declares an aggregation of a grouped table. */
export function ofTableGroup(from: KGroupedTable<unknown, unknown>, operation: Operation): Declared {
  return table(aggregate(from, operation));
}

function aggregate(from: KGroupedTable<unknown, unknown>, operation: Operation): KTable<unknown, unknown> {
  const store = { as: storeOf(operation), ...serdesOf(operation), ...historyOf(operation) };
  switch (operation.op) {
    case 'count':
      return from.count({ ...store, valueSerde: store.valueSerde as Serde<number> });
    case 'reduce':
      return from.reduce(reducer(operation.fn), reducer(operation.sub), store);
    case 'aggregate': {
      const initializer = (): unknown => operation.init;
      return from.aggregate(
        { initializer, adder: aggregator(operation.fn), subtractor: aggregator(operation.sub) },
        store,
      );
    }
    default:
      throw new NotBuilt(`${operation.op} of a grouped table is not built yet`);
  }
}
