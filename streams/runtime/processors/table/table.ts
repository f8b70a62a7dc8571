import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableFilterNode, TableMapValuesNode, TableNode, ToStreamNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { Processor } from '../processor.js';
import type { TaskContext } from '../task-context.js';
import type { TableOutput } from './aggregate.js';
import { ChangeCache } from './change-cache.js';

/** A stream read as a table (Java: `KTableSource`). An update that is out of order is applied all the same. */
export class TableProcessor extends Processor {
  readonly #node: TableNode;
  readonly #store: TimestampedKeyValueStore<unknown, unknown>;
  readonly #sendOldValues: boolean;
  readonly #cache: ChangeCache | undefined;

  constructor(
    node: TableNode,
    store: TimestampedKeyValueStore<unknown, unknown>,
    output: TableOutput,
    context: TaskContext,
  ) {
    super(node.name, context);
    this.#node = node;
    this.#store = store;
    this.#sendOldValues = output.sendOldValues;
    this.#cache = output.cached ? new ChangeCache() : undefined;
  }

  protected override inputSerdes(): InputSerdes {
    return this.#node.store;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    const oldValue = this.#sendOldValues ? (this.#store.get(key)?.value ?? null) : null;
    const newValue = value ?? null;
    const bytes = this.#store.put(key, newValue, timestamp);
    if (this.#cache === undefined) this.forward(key, { newValue, oldValue }, timestamp, headers);
    else this.#cache.put(keyToStateKey(this.#node.store.keySerde, key), key, newValue, oldValue, timestamp, bytes);
  }

  override get keptBytes(): number {
    return this.#cache?.bytes ?? 0;
  }

  override flush(): void {
    this.#cache?.drain((key, newValue, oldValue, timestamp) =>
      this.forward(key, { newValue, oldValue }, timestamp, NO_HEADERS),
    );
  }
}

/** Java: `KTableFilter`. A row that was not there, and is not now, sends no tombstone. */
export class TableFilterProcessor extends Processor {
  readonly #node: TableFilterNode;

  constructor(node: TableFilterNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const filtered = { newValue: this.#pass(key, newValue), oldValue: this.#pass(key, oldValue) };
    if (filtered.newValue === null && filtered.oldValue === null) return;
    this.forward(key, filtered, timestamp, headers);
  }

  #pass(key: unknown, value: unknown): unknown {
    if (value === null) return null;
    return synchronous(this.#node.predicate(key, value), 'the predicate') !== this.#node.negated ? value : null;
  }
}

/** Java: `KTableMapValues`. Old values are mapped only if something behind it uses them. */
export class TableMapValuesProcessor extends Processor {
  readonly #node: TableMapValuesNode;
  readonly #sendOldValues: boolean;

  constructor(node: TableMapValuesNode, sendOldValues: boolean, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
    this.#sendOldValues = sendOldValues;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const mapped = {
      newValue: this.#map(newValue, key),
      oldValue: this.#sendOldValues ? this.#map(oldValue, key) : null,
    };
    this.forward(key, mapped, timestamp, headers);
  }

  #map(value: unknown, key: unknown): unknown {
    return value === null ? null : (synchronous(this.#node.mapper(value, key), 'the mapper') ?? null);
  }
}

export class ToStreamProcessor extends Processor {
  readonly #node: ToStreamNode;

  constructor(node: ToStreamNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue } = value as Change<unknown>;
    const { keyMapper } = this.#node;
    const newKey = keyMapper === undefined ? key : synchronous(keyMapper(key, newValue), 'the mapper of the key');
    this.forward(newKey, newValue, timestamp, headers);
  }
}
