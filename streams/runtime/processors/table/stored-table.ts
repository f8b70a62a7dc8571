import type { StateKey } from '../../../../stores/encoding/state-key.js';
import { VersionedStore } from '../../../../stores/kinds/versioned.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { GraphNode } from '../../../dsl/graph/node.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER, savedNumber } from '../../time/time.js';
import { NodeProcessor } from '../processor.js';
import type { TaskContext } from '../task-context.js';
import { TableOutput, type TableOutputOptions } from './table-output.js';
import type { TableRows } from './table-rows.js';

/** A node with a store by key. */
export type StoredNode = GraphNode & { readonly store: StoreSpec };

/** A table whose rows are in a store of its own, by key. */
export abstract class StoredTableProcessor<N extends StoredNode> extends NodeProcessor<N> {
  protected readonly store: TableRows;
  protected readonly output: TableOutput;

  constructor(node: N, store: TableRows, output: TableOutputOptions, context: TaskContext) {
    super(node, context);
    this.store = store;
    this.output = new TableOutput(output, store, (key, newValue, oldValue, timestamp, headers) =>
      this.processorNode.forward(key, { newValue, oldValue }, timestamp, headers),
    );
  }

  /** Writes a row and sends its update. A version that is older than the history is dropped. */
  protected update(
    row: StateKey,
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    headers: Headers,
  ): void {
    const { store } = this;
    const bytes = store.putRow(row, newValue, timestamp);
    if (!(store instanceof VersionedStore) || store.lastPut === 'latest') {
      this.output.update(row, key, newValue, oldValue, timestamp, headers, bytes);
    } else if (store.lastPut !== 'rejected') {
      this.processorNode.forward(key, { newValue, oldValue, isOutOfOrder: true }, timestamp, headers);
    } else this.context.dropped();
  }

  override get keptBytes(): number {
    return this.output.keptBytes;
  }

  override beforeCommit(): void {
    this.output.beforeCommit();
  }

  override get timeName(): string | undefined {
    return this.node.store.history?.name;
  }

  override saveTime(): SavedTime | undefined {
    const { store } = this;
    return store instanceof VersionedStore && store.highest !== NEVER ? { highest: store.highest } : undefined;
  }

  override resumeTime(saved: SavedTime): void {
    if (this.store instanceof VersionedStore) this.store.resume(savedNumber(saved, 'highest'));
  }
}
