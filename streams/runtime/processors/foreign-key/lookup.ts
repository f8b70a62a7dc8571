import { stateKey, stateKeyBytes } from '../../../../stores/encoding/state-key.js';
import type { SubscriptionStore } from '../../../../stores/kinds/subscriptions.js';
import type { Registration } from '../../../dsl/declare/foreign-key-serdes.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { ForeignKeyLookupNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import { ForwardProcessor } from '../stream/forward.js';
import type { TaskContext } from '../task-context.js';

export const compileForeignKeyLookup: Compile<ForeignKeyLookupNode> = (node, site) => {
  const [registrations, right] = site.feeders;
  const view = site.viewOf(node.parents[1]);
  if (registrations === undefined || right === undefined || view === undefined) {
    throw new Error(`${node.name}: a parent is missing`);
  }
  const store = node.store.kind.open(site.bytesOf(node.store), node.store.keySerde);
  const receiver = new RegistrationReceiver(node, store, view, site.context);
  const changes = new ForeignChanges(node, store, view.getAsOf !== undefined, site.context);
  site.insert(receiver, registrations);
  site.insert(changes, right);
  site.place(new ForwardProcessor(node.name, site.context), { after: [receiver, changes] });
};

/** Keeps the registrations, and answers them (Java: `SubscriptionReceive...` and `SubscriptionJoin...`). */
class RegistrationReceiver extends NodeProcessor<ForeignKeyLookupNode> {
  readonly #store: SubscriptionStore<unknown>;
  readonly #view: TableView;

  constructor(node: ForeignKeyLookupNode, store: SubscriptionStore<unknown>, view: TableView, context: TaskContext) {
    super(node, context);
    this.#store = store;
    this.#view = view;
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { instruction, hash, row } = value as Registration;
    if (key !== null) {
      if (instruction === 'deleteKeyNoPropagate' || instruction === 'deleteKeyAndPropagate') {
        this.#store.delete(key, stateKey(row));
      } else this.#store.put(key, { row: stateKey(row), hash });
    }
    const found = key === null ? null : this.#view.get(key);
    if (instruction === 'deleteKeyNoPropagate') return;
    if (instruction === 'propagateOnlyIfForeignValue' && found === null) return;
    const answer = instruction === 'deleteKeyAndPropagate' ? null : sent(found?.value ?? null);
    const latest = found === null ? timestamp : Math.max(timestamp, found.timestamp);
    this.processorNode.forward(this.node.leftKeySerde.deserialize(row), { hash, value: answer }, latest, headers);
  }
}

/** Sends each update of the right table to the rows that refer to it (Java: `ForeignTableJoinProcessorSupplier`). */
class ForeignChanges extends NodeProcessor<ForeignKeyLookupNode> {
  readonly #store: SubscriptionStore<unknown>;
  readonly #isVersioned: boolean;

  constructor(
    node: ForeignKeyLookupNode,
    store: SubscriptionStore<unknown>,
    isVersioned: boolean,
    context: TaskContext,
  ) {
    super(node, context);
    this.#store = store;
    this.#isVersioned = isVersioned;
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, isOutOfOrder } = value as Change<unknown>;
    if (this.#isVersioned && isOutOfOrder) return;
    for (const { row, hash } of this.#store.of(key)) {
      const leftKey = this.node.leftKeySerde.deserialize(stateKeyBytes(row));
      this.processorNode.forward(leftKey, { hash, value: sent(newValue) }, timestamp, headers);
    }
  }
}

/** A value without bytes reads as none at the other end, so it is none in the same task too. */
function sent(value: unknown): unknown {
  return value === '' || (Buffer.isBuffer(value) && value.length === 0) ? null : value;
}
