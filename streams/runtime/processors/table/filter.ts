import type { Change } from '../../../dsl/graph/change.js';
import type { TableFilterNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { isStored, placeResults } from './stored-results.js';

export const compileTableFilter: Compile<TableFilterNode> = (node, site) => {
  const [feeder] = site.feeders;
  if (isStored(node) && feeder !== undefined) {
    const filter = new TableFilterProcessor(node, false, site.context);
    site.insert(filter, feeder);
    placeResults(node, [filter], site, { oldValues: 'ofStore', skipsAbsent: true });
    return;
  }
  site.place(new TableFilterProcessor(node, site.sendsOldValues, site.context));
  const view = site.viewOf(node.parents[0]);
  if (view !== undefined) site.showTable(filteredView(view, node));
};

/**
 * Java: `KTableFilter`. If it knows old values, it sends no tombstone for a row that was absent and still is. Otherwise
 * each row that it rejects is a tombstone.
 */
class TableFilterProcessor extends NodeProcessor<TableFilterNode> {
  readonly #knowsOldValues: boolean;

  constructor(node: TableFilterNode, knowsOldValues: boolean, context: TaskContext) {
    super(node, context);
    this.#knowsOldValues = knowsOldValues;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const filtered = {
      newValue: this.#passing(key, newValue),
      oldValue: this.#knowsOldValues ? this.#passing(key, oldValue) : null,
    };
    if (this.#knowsOldValues && filtered.newValue === null && filtered.oldValue === null) return;
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
