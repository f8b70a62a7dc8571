import type { Change } from '../../../dsl/graph/change.js';
import type { TableMapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { mappedView } from './table-view.js';

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

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const mapped = {
      newValue: this.#map(newValue, key),
      oldValue: this.#sendsOldValues ? this.#map(oldValue, key) : null,
    };
    this.forward(key, mapped, timestamp, headers);
  }

  #map(value: unknown, key: unknown): unknown {
    return value === null ? null : (synchronous(this.node.mapper(value, key), 'the mapper') ?? null);
  }
}
