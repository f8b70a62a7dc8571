import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
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
  const view = site.viewOf(node.parents[0]);
  // Of a versioned table each rejected row is a tombstone, as in Java.
  const knowsOldValues = site.sendsOldValues && (view?.getAsOf === undefined || node.hidesHistory);
  site.place(new TableFilterProcessor(node, knowsOldValues, site.context));
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
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    const filtered = {
      newValue: this.#passing(key, newValue),
      oldValue: this.#knowsOldValues ? this.#passing(key, oldValue) : null,
    };
    if (this.#knowsOldValues && filtered.newValue === null && filtered.oldValue === null) return;
    this.processorNode.forward(key, isOutOfOrder ? { ...filtered, isOutOfOrder } : filtered, timestamp, headers);
  }

  #passing(key: unknown, value: unknown): unknown {
    return value !== null && passes(this.node, key, value) ? value : null;
  }
}

function filteredView(view: TableView, node: TableFilterNode): TableView {
  const passing = (key: unknown, row: ValueAndTimestamp<unknown> | null): ValueAndTimestamp<unknown> | null =>
    row !== null && passes(node, key, row.value) ? row : null;
  const get: TableView['get'] = key => passing(key, view.get(key));
  const { getAsOf } = view;
  if (getAsOf === undefined || node.hidesHistory) return { get };
  return { get, getAsOf: (key, time) => passing(key, getAsOf(key, time)) };
}

function passes(node: TableFilterNode, key: unknown, value: unknown): boolean {
  return synchronous(node.predicate(key, value), 'the predicate') !== node.negated;
}
