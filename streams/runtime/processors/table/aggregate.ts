import type { AggregateNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { aggregateOf, aggregateSerdes, initial } from '../aggregation/aggregation.js';
import { beforeAggregation } from '../aggregation/combiner.js';
import type { Compile } from '../site.js';
import { StoredTableProcessor } from './stored-table.js';
import { placeTable, tableOutputOptions } from './table-output.js';
import { openRows, rowsView } from './table-rows.js';

export const compileAggregate: Compile<AggregateNode> = (node, site) => {
  const store = openRows(node.store, site);
  const output = tableOutputOptions(node, site);
  const processor = new AggregateProcessor(node, store, output, site.context);
  placeTable(processor, node.store, site, output, beforeAggregation(node, site));
  site.showTable(rowsView(store));
};

/** An aggregate without windows (Java: `KStreamAggregate`, `KStreamReduce`). */
class AggregateProcessor extends StoredTableProcessor<AggregateNode> {
  protected override inputSerdes(value: unknown): InputSerdes {
    return aggregateSerdes(this.node, value);
  }

  /** Java's cache takes the old value from the store. Without a cache it is the initializer's. */
  get #firstOldValue(): unknown {
    return this.output.isCached ? null : initial(this.node);
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined || value === null || value === undefined) {
      this.context.dropped();
      return;
    }
    const row = this.store.stateKeyOf(key);
    const old = this.store.getRow(row);
    // The aggregator may change its argument, so the old value is read again.
    const oldValue = this.output.sendsOldValues ? (this.store.getRow(row)?.value ?? this.#firstOldValue) : null;
    const aggregate = aggregateOf(this.node, key, value, old?.value ?? initial(this.node), timestamp);
    const latest = old === null ? timestamp : Math.max(old.timestamp, timestamp);
    this.update(row, key, aggregate, oldValue, latest, headers);
  }
}
