import type { Change } from '../../../dsl/graph/change.js';
import type { TableAggregateNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import type { Compile } from '../site.js';
import { StoredTableProcessor } from './stored-table.js';
import { placeTable, tableOutputOptions } from './table-output.js';
import { openRows, rowsView } from './table-rows.js';

export const compileTableAggregate: Compile<TableAggregateNode> = (node, site) => {
  const store = openRows(node.store, site);
  const output = tableOutputOptions(node, site);
  placeTable(new TableAggregateProcessor(node, store, output, site.context), node.store, site, output);
  site.showTable(rowsView(store));
};

/**
 * An aggregate of the rows of a group (Java: `KTableAggregate`, `KTableReduce`): the old row is subtracted, then the new
 * one is added. From a group without an aggregate nothing is subtracted.
 */
class TableAggregateProcessor extends StoredTableProcessor<TableAggregateNode> {
  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const row = this.store.stateKeyOf(key);
    const old = this.store.getRow(row);
    // The functions may change the aggregate, so the old value is read again.
    const sent = this.output.sendsOldValues ? (this.store.getRow(row)?.value ?? null) : null;
    let aggregate: unknown = old?.value ?? null;
    if (oldValue !== null && aggregate !== null) {
      aggregate = synchronous(this.node.subtractor(key, oldValue, aggregate), 'the subtractor') ?? null;
    }
    if (newValue !== null) aggregate = this.#added(key, newValue, aggregate);
    const latest = old === null ? timestamp : Math.max(old.timestamp, timestamp);
    this.update(row, key, aggregate, sent, latest, headers);
  }

  #added(key: unknown, value: unknown, aggregate: unknown): unknown {
    const { initializer } = this.node;
    if (aggregate === null && initializer === undefined) return value;
    const before = aggregate ?? synchronous(initializer?.(), 'the initializer') ?? null;
    return synchronous(this.node.adder(key, value, before), 'the adder') ?? null;
  }
}
