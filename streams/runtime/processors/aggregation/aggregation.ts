import type { AggregationNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { PartialAggregate } from './partial-aggregate.js';

/** Values of an aggregation are only read, so they have no serde here; partial aggregates are written as rows are. */
export function aggregateSerdes({ store }: AggregationNode, value: unknown): InputSerdes {
  const { keySerde, valueSerde } = store;
  if (!(value instanceof PartialAggregate)) return { keySerde };
  return { keySerde, valueSerde: { serialize: () => valueSerde.serialize(value.aggregate) } };
}

/**
 * What a new row starts from, which is also its old value to what comes after (Java's KStreamAggregate; a reduce has none).
 */
export function initial(node: AggregationNode): unknown {
  return synchronous(node.initializer?.(), 'the initializer') ?? null;
}

/** The aggregate with one value, or one partial aggregate, more; null deletes the row. */
export function aggregateOf(node: AggregationNode, key: unknown, value: unknown, before: unknown): unknown {
  if (value instanceof PartialAggregate) {
    if (before === null) return value.aggregate;
    if (node.merger === undefined) throw new Error(`${node.name} got a partial aggregate and has no merger`);
    return synchronous(node.merger(key, before, value.aggregate), 'the merger') ?? null;
  }
  if (before === null && node.initializer === undefined) return value;
  return synchronous(node.aggregator(key, value, before), 'the aggregator') ?? null;
}
