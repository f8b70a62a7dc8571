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
  const view = site.viewOf(node.parents[0]);
  // Of a versioned table each rejected row is a tombstone, as in Java.
  const skipsAbsent = view?.getAsOf === undefined;
  if (isStored(node) && feeder !== undefined) {
    const filter = new TableFilterProcessor(node, { sendsOldValues: false, skipsAbsent: false }, site.context);
    site.insert(filter, feeder);
    placeResults(node, [filter], site, { oldValues: 'ofStore', skipsAbsent });
    return;
  }
  const { sendsOldValues } = site;
  const options = { sendsOldValues, skipsAbsent: skipsAbsent && sendsOldValues };
  site.place(new TableFilterProcessor(node, options, site.context));
  if (view !== undefined) site.showTable(filteredView(view, node));
};

interface FilterOptions {
  readonly sendsOldValues: boolean;
  /** True: it sends no tombstone for a row that was absent and still is. False: each row that it rejects is one. */
  readonly skipsAbsent: boolean;
}

/** Java: `KTableFilter`. */
class TableFilterProcessor extends NodeProcessor<TableFilterNode> {
  readonly #options: FilterOptions;

  constructor(node: TableFilterNode, options: FilterOptions, context: TaskContext) {
    super(node, context);
    this.#options = options;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    const { sendsOldValues, skipsAbsent } = this.#options;
    const filtered = {
      newValue: this.#passing(key, newValue),
      oldValue: sendsOldValues ? this.#passing(key, oldValue) : null,
    };
    if (skipsAbsent && filtered.newValue === null && filtered.oldValue === null) return;
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
