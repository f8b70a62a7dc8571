import type { AggregationNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { PartialAggregate } from './partial-aggregate.js';

/**
 * Values of an aggregation are only read, so they have no serde here. Partial aggregates are written with the serde of
 * the rows.
 */
export function aggregateSerdes({ store }: AggregationNode, value: unknown): InputSerdes {
  const { keySerde, valueSerde } = store;
  if (!(value instanceof PartialAggregate)) return { keySerde };
  return { keySerde, valueSerde: { serialize: () => valueSerde.serialize(value.aggregate) } };
}

/**
 * The value from which a new row starts. It is also the old value of the row's first update (Java's KStreamAggregate; a
 * reduce has none).
 */
export function initial(node: AggregationNode): unknown {
  return synchronous(node.initializer?.(), 'the initializer') ?? null;
}

/** Adds a value with its timestamp, or a partial aggregate, to the aggregate. null deletes the row. */
export function aggregateOf(
  node: AggregationNode,
  key: unknown,
  value: unknown,
  before: unknown,
  timestamp: number,
): unknown {
  if (value instanceof PartialAggregate) {
    if (before === null) return value.aggregate;
    if (node.combiner === undefined) throw new Error(`${node.name} got a partial aggregate and has no combiner`);
    return synchronous(node.combiner(key, before, value.aggregate), 'the combiner') ?? null;
  }
  if (before === null && node.initializer === undefined) return value;
  return synchronous(node.aggregator(key, value, before, timestamp), 'the aggregator') ?? null;
}
