import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableMapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { isStored, placeResults } from './stored-results.js';

export const compileTableMapValues: Compile<TableMapValuesNode> = (node, site) => {
  const [feeder] = site.feeders;
  if (isStored(node) && feeder !== undefined) {
    const mapper = new TableMapValuesProcessor(node, false, site.context);
    site.insert(mapper, feeder);
    placeResults(node, [mapper], site, { oldValues: 'ofStore', skipsAbsent: false });
    return;
  }
  site.place(new TableMapValuesProcessor(node, site.sendsOldValues, site.context));
  const view = site.viewOf(node.parents[0]);
  if (view !== undefined) site.showTable(mappedView(view, node));
};

/** Java: `KTableMapValues`. Old values are mapped only if an operator after it uses them. */
class TableMapValuesProcessor extends NodeProcessor<TableMapValuesNode> {
  readonly #sendsOldValues: boolean;

  constructor(node: TableMapValuesNode, sendsOldValues: boolean, context: TaskContext) {
    super(node, context);
    this.#sendsOldValues = sendsOldValues;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    const change = {
      newValue: mapped(this.node, key, newValue),
      oldValue: this.#sendsOldValues ? mapped(this.node, key, oldValue) : null,
    };
    this.processorNode.forward(key, isOutOfOrder ? { ...change, isOutOfOrder } : change, timestamp, headers);
  }
}

function mappedView(view: TableView, node: TableMapValuesNode): TableView {
  const mappedRow = (key: unknown, row: ValueAndTimestamp<unknown> | null): ValueAndTimestamp<unknown> | null => {
    const value = row === null ? null : mapped(node, key, row.value);
    return row === null || value === null ? null : { value, timestamp: row.timestamp };
  };
  const get: TableView['get'] = key => mappedRow(key, view.get(key));
  const { getAsOf } = view;
  if (getAsOf === undefined || node.hidesHistory) return { get };
  return { get, getAsOf: (key, time) => mappedRow(key, getAsOf(key, time)) };
}

function mapped(node: TableMapValuesNode, key: unknown, value: unknown): unknown {
  return value === null ? null : (synchronous(node.mapper(value, key), 'the mapper') ?? null);
}
