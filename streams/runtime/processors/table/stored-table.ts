import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { AggregateNode, TableAggregateNode, TableNode } from '../../../dsl/graph/node.js';
import { NodeProcessor } from '../processor.js';
import type { TaskContext } from '../task-context.js';
import { TableOutput, type TableOutputOptions } from './table-output.js';

/** A table whose rows are in a store of its own, by key. */
export abstract class StoredTableProcessor<
  N extends TableNode | AggregateNode | TableAggregateNode,
> extends NodeProcessor<N> {
  protected readonly store: TimestampedKeyValueStore<unknown, unknown>;
  protected readonly output: TableOutput;

  constructor(
    node: N,
    store: TimestampedKeyValueStore<unknown, unknown>,
    output: TableOutputOptions,
    context: TaskContext,
  ) {
    super(node, context);
    this.store = store;
    this.output = new TableOutput(output, store, (key, newValue, oldValue, timestamp, headers) =>
      this.processorNode.forward(key, { newValue, oldValue }, timestamp, headers),
    );
  }

  override get keptBytes(): number {
    return this.output.keptBytes;
  }

  override beforeCommit(): void {
    this.output.beforeCommit();
  }
}
