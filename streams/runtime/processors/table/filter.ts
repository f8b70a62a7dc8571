import type { Change } from '../../../dsl/graph/change.js';
import type { TableFilterNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import { filteredView } from './table-view.js';

export const compileTableFilter: Compile<TableFilterNode> = (node, site) => {
  site.place(new TableFilterProcessor(node, site.context));
  if (site.parentView !== undefined) site.showTable(filteredView(site.parentView, node));
};

/** Java: `KTableFilter`. It sends no tombstone for a row that was absent and still is. */
class TableFilterProcessor extends NodeProcessor<TableFilterNode> {
  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const filtered = { newValue: this.#pass(key, newValue), oldValue: this.#pass(key, oldValue) };
    if (filtered.newValue === null && filtered.oldValue === null) return;
    this.forward(key, filtered, timestamp, headers);
  }

  #pass(key: unknown, value: unknown): unknown {
    if (value === null) return null;
    return synchronous(this.node.predicate(key, value), 'the predicate') !== this.node.negated ? value : null;
  }
}
