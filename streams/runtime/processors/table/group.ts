import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableGroupNode } from '../../../dsl/graph/node.js';
import type { KeyValue } from '../../../dsl/options/key-value.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileTableGroup: Compile<TableGroupNode> = (node, site) => {
  const isVersioned = site.viewOf(node.parents[0])?.getAsOf !== undefined;
  site.place(new TableGroupProcessor(node, isVersioned, site.context));
};

/**
 * Sends each update of a table to its groups (Java: `KTableRepartitionMap`): the old row to the group that it leaves,
 * then the new row to its own. A row that stays in its group is one update, so the group has one result (KIP-904). A
 * row with a null group or a null value is in no group.
 */
class TableGroupProcessor extends NodeProcessor<TableGroupNode> {
  readonly #isVersioned: boolean;

  constructor(node: TableGroupNode, isVersioned: boolean, context: TaskContext) {
    super(node, context);
    this.#isVersioned = isVersioned;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    if (this.#isVersioned && isOutOfOrder) return;
    // The new one comes first, as in Java: if the mapper throws for it, the old row stays in its group.
    const now = this.#grouped(key, newValue);
    const before = this.#grouped(key, oldValue);
    const { processorNode } = this;
    if (before !== undefined && now !== undefined && this.#bytesOf(before.key) === this.#bytesOf(now.key)) {
      const change = { newValue: now.value, oldValue: before.value, row: key };
      processorNode.forward(now.key, change, timestamp, headers);
      return;
    }
    if (before !== undefined)
      processorNode.forward(before.key, { newValue: null, oldValue: before.value, row: key }, timestamp, headers);
    if (now !== undefined)
      processorNode.forward(now.key, { newValue: now.value, oldValue: null, row: key }, timestamp, headers);
  }

  #grouped(key: unknown, value: unknown): KeyValue<unknown, unknown> | undefined {
    if (value === null) return undefined;
    const grouped = synchronous(this.node.mapper(key, value), 'the selector of groupBy');
    return (grouped.key ?? null) === null || (grouped.value ?? null) === null ? undefined : grouped;
  }

  #bytesOf(key: unknown): string {
    return keyToStateKey(this.node.keySerde, key);
  }
}
