import type { Change } from '../../../dsl/graph/change.js';
import type { TableMapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileTableMapValues: Compile<TableMapValuesNode> = (node, site) => {
  site.place(new TableMapValuesProcessor(node, site.sendsOldValues, site.context));
  if (site.parentView !== undefined) site.showTable(mappedView(site.parentView, node));
};

/** Java: `KTableMapValues`. Old values are mapped only if an operator after it uses them. */
class TableMapValuesProcessor extends NodeProcessor<TableMapValuesNode> {
  readonly #sendsOldValues: boolean;

  constructor(node: TableMapValuesNode, sendsOldValues: boolean, context: TaskContext) {
    super(node, context);
    this.#sendsOldValues = sendsOldValues;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const change = {
      newValue: mapped(this.node, key, newValue),
      oldValue: this.#sendsOldValues ? mapped(this.node, key, oldValue) : null,
    };
    this.processorNode.forward(key, change, timestamp, headers);
  }
}

function mappedView(view: TableView, node: TableMapValuesNode): TableView {
  return {
    get(key) {
      const row = view.get(key);
      const value = row === null ? null : mapped(node, key, row.value);
      return row === null || value === null ? null : { value, timestamp: row.timestamp };
    },
  };
}

function mapped(node: TableMapValuesNode, key: unknown, value: unknown): unknown {
  return value === null ? null : (synchronous(node.mapper(value, key), 'the mapper') ?? null);
}
