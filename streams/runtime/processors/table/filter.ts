import type { Change } from '../../../dsl/graph/change.js';
import type { TableFilterNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';

export const compileTableFilter: Compile<TableFilterNode> = (node, site) => {
  site.place(new TableFilterProcessor(node, site.context));
  if (site.parentView !== undefined) site.showTable(filteredView(site.parentView, node));
};

/** Java: `KTableFilter`. It sends no tombstone for a row that was absent and still is. */
class TableFilterProcessor extends NodeProcessor<TableFilterNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const filtered = { newValue: this.#passing(key, newValue), oldValue: this.#passing(key, oldValue) };
    if (filtered.newValue === null && filtered.oldValue === null) return;
    this.processorNode.forward(key, filtered, timestamp, headers);
  }

  #passing(key: unknown, value: unknown): unknown {
    return value !== null && passes(this.node, key, value) ? value : null;
  }
}

function filteredView(view: TableView, node: TableFilterNode): TableView {
  return {
    get(key) {
      const row = view.get(key);
      return row !== null && passes(node, key, row.value) ? row : null;
    },
  };
}

function passes(node: TableFilterNode, key: unknown, value: unknown): boolean {
  return synchronous(node.predicate(key, value), 'the predicate') !== node.negated;
}
