import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { AggregateNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { Processor } from '../processor.js';
import { PartialAggregate } from '../repartition/partial-aggregate.js';
import type { TaskContext } from '../task-context.js';
import { ChangeCache } from './change-cache.js';

/** How a table sends its updates on. */
export interface TableOutput {
  /** Once for each row and commit, rather than each update by itself. */
  readonly cached: boolean;
  /** Something behind the table uses old values. They are read again, because an aggregator may change its aggregate. */
  readonly sendOldValues: boolean;
}

/** An aggregate without windows (Java: `KStreamAggregate`, `KStreamReduce`). */
export class AggregateProcessor extends Processor {
  readonly #node: AggregateNode;
  readonly #store: TimestampedKeyValueStore<unknown, unknown>;
  readonly #sendOldValues: boolean;
  readonly #cache: ChangeCache | undefined;

  constructor(
    node: AggregateNode,
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

  protected override inputSerdes(value: unknown): InputSerdes {
    return aggregateSerdes(this.#node, value);
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined || value === null || value === undefined) {
      this.context.dropped();
      return;
    }
    const old = this.#store.get(key);
    const oldValue = this.#sendOldValues ? (this.#store.get(key)?.value ?? initial(this.#node)) : null;
    const aggregate = aggregateOf(this.#node, key, value, old?.value ?? initial(this.#node));
    const latest = old === null ? timestamp : Math.max(old.timestamp, timestamp);
    const bytes = this.#store.put(key, aggregate, latest);
    if (this.#cache === undefined) {
      this.forward(key, { newValue: aggregate, oldValue }, latest, headers);
    } else {
      this.#cache.put(keyToStateKey(this.#node.store.keySerde, key), key, aggregate, oldValue, latest, bytes);
    }
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

/** Values of an aggregation are only read, so they have no serde here; partial aggregates are written as rows are. */
export function aggregateSerdes({ store }: AggregateNode, value: unknown): InputSerdes {
  const { keySerde, valueSerde } = store;
  if (!(value instanceof PartialAggregate)) return { keySerde };
  return { keySerde, valueSerde: { serialize: () => valueSerde.serialize(value.aggregate) } };
}

/**
 * What a new row starts from, which is also its old value to what comes after (Java's KStreamAggregate; a reduce has none).
 */
export function initial(node: AggregateNode): unknown {
  return synchronous(node.initializer?.(), 'the initializer') ?? null;
}

/** The aggregate with one value, or one partial aggregate, more; null deletes the row. */
export function aggregateOf(node: AggregateNode, key: unknown, value: unknown, before: unknown): unknown {
  if (value instanceof PartialAggregate) {
    if (before === null) return value.aggregate;
    if (node.merger === undefined) throw new Error(`${node.name} got a partial aggregate and has no merger`);
    return synchronous(node.merger(key, before, value.aggregate), 'the merger') ?? null;
  }
  if (before === null && node.initializer === undefined) return value;
  return synchronous(node.aggregator(key, value, before), 'the aggregator') ?? null;
}
