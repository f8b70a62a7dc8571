import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { Instruction, Registration } from '../../../dsl/declare/foreign-key-serdes.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { ForeignKeyRegisterNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { valueHash } from './value-hash.js';

export const compileForeignKeyRegister: Compile<ForeignKeyRegisterNode> = (node, site) => {
  const isVersioned = site.viewOf(node.parents[0])?.getAsOf !== undefined;
  site.place(new ForeignKeyRegister(node, isVersioned, site.context));
};

/**
 * The left side of a foreign-key join (Java: `SubscriptionSendProcessorSupplier`): registers each row with the row of
 * the right table that it refers to.
 */
export class ForeignKeyRegister extends NodeProcessor<ForeignKeyRegisterNode> {
  readonly #isVersioned: boolean;
  /** Keys of rows of an inner join whose present value gets an answer in any case, which has not come yet. */
  readonly #awaiting = new Set<string>();

  constructor(node: ForeignKeyRegisterNode, isVersioned: boolean, context: TaskContext) {
    super(node, context);
    this.#isVersioned = isVersioned;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    if (this.#isVersioned && isOutOfOrder) return;
    // The row was absent and still is.
    if (newValue === null && oldValue === null) return;
    const before = this.#foreignKey(key, oldValue);
    const now = this.#foreignKey(key, newValue);
    const hash = valueHash(this.node.valueSerde, newValue);
    const row = this.node.keySerde.serialize(key);
    if (this.#awaiting.size > 0) this.#awaiting.delete(row.toString('latin1'));
    const send = (foreignKey: unknown, instruction: Instruction): void =>
      this.processorNode.forward(foreignKey, { instruction, hash, row }, timestamp, headers);
    const hasMoved = before !== null && (now === null || this.#bytesOf(before) !== this.#bytesOf(now));
    if (this.node.joinType === 'left') {
      if (hasMoved) send(before, 'deleteKeyNoPropagate');
      send(now, 'propagateNullIfNoForeignValue');
      return;
    }
    if (hasMoved) this.#awaiting.add(row.toString('latin1'));
    if (now === null) {
      if (newValue !== null) this.context.dropped();
      // The old result goes, if there was one.
      if (hasMoved) send(before, 'deleteKeyAndPropagate');
      return;
    }
    if (hasMoved) send(before, 'deleteKeyNoPropagate');
    send(now, hasMoved ? 'propagateNullIfNoForeignValue' : 'propagateOnlyIfForeignValue');
  }

  /**
   * Registers a row a second time, so that its present value gets an answer, unless an answer is on its way. It does so
   * once, until the row changes. A value, or its bytes, may be others at each look-up: a transformer may count, a serde
   * may encrypt. No answer would fit such a row. Returns false if no answer comes, because the row refers to nothing.
   */
  askAgain(key: unknown, value: unknown, timestamp: number, headers: Headers): boolean {
    const row = this.node.keySerde.serialize(key);
    const id = row.toString('latin1');
    if (this.#awaiting.has(id)) return true;
    const foreignKey = this.#foreignKey(key, value);
    if (foreignKey === null) return false;
    this.#awaiting.add(id);
    const hash = valueHash(this.node.valueSerde, value);
    const registration: Registration = { instruction: 'propagateNullIfNoForeignValue', hash, row };
    this.processorNode.forward(foreignKey, registration, timestamp, headers);
    return true;
  }

  /** The present value of the row has its answer. */
  answered(key: unknown): void {
    if (this.#awaiting.size > 0) this.#awaiting.delete(this.node.keySerde.serialize(key).toString('latin1'));
  }

  #foreignKey(key: unknown, value: unknown): unknown {
    return value === null ? null : (synchronous(this.node.extractor(value, key), 'the foreign key') ?? null);
  }

  #bytesOf(foreignKey: unknown): string {
    return keyToStateKey(this.node.foreignKeySerde, foreignKey);
  }
}
