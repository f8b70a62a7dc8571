import { type Cogrouped, CogroupedSource, type CogroupPart } from '../declare/cogrouped-source.js';
import type { Materialized, WindowMaterialized } from '../options/options.js';
import type { Windowed, Windows } from '../windows/windows.js';
import type { EmitStrategy } from '../graph/node.js';
import { type Aggregation, KGroupedStream } from './k-grouped-stream.js';
import type { KTable } from './k-table.js';
import { TimeWindowedKStream } from './time-windowed-k-stream.js';

type Parts<K> = readonly [CogroupPart<K>, ...CogroupPart<K>[]];

/** How the values of a group change the aggregate that all groups share. See `Aggregation.aggregator`. */
export type CogroupAggregator<K, V, A> = (key: K, value: V, aggregate: A) => A | null;

/**
 * Several grouped streams with the same keys, whose values make one aggregate for each key (Java:
 * `CogroupedKStream`, KIP-150). Records with a null key or a null value are dropped and counted as dropped.
 */
export class CogroupedKStream<K, A> {
  readonly #parts: Parts<K>;

  /** @internal */
  constructor(parts: Parts<K>) {
    this.#parts = parts;
  }

  /** Adds a group, whose values `aggregator` adds to the aggregate. */
  cogroup<V>(
    group: KGroupedStream<K, V>,
    aggregator: CogroupAggregator<K, NonNullable<V>, A>,
  ): CogroupedKStream<K, A> {
    return new CogroupedKStream<K, A>([...this.#parts, group.cogrouped(aggregator)]);
  }

  /** Combines the values of each key. `initializer` gives the aggregate before the first value. */
  aggregate(initializer: () => A, materialized: Materialized<K, A>): KTable<K, NonNullable<A>> {
    const source = new CogroupedSource<K>(this.#parts, false);
    return new KGroupedStream<K, Cogrouped>(source).aggregate(aggregationOf<K, A>(initializer), materialized);
  }

  /** Groups the records of each key by windows too. */
  windowedBy(windows: Windows): TimeWindowedCogroupedKStream<K, A> {
    return new TimeWindowedCogroupedKStream<K, A>(this.#parts, windows, 'onWindowUpdate');
  }
}

/**
 * Several grouped streams, by key and window (Java: `TimeWindowedCogroupedKStream`). Records with a null key are
 * dropped. The aggregators also get null values, as in Java.
 */
export class TimeWindowedCogroupedKStream<K, A> {
  readonly #parts: Parts<K>;
  readonly #windows: Windows;
  readonly #emit: EmitStrategy;

  /** @internal */
  constructor(parts: Parts<K>, windows: Windows, emit: EmitStrategy) {
    this.#parts = parts;
    this.#windows = windows;
    this.#emit = emit;
  }

  /** Sets when results are sent. See `TimeWindowedKStream.emitStrategy`. */
  emitStrategy(emit: EmitStrategy): TimeWindowedCogroupedKStream<K, A> {
    return new TimeWindowedCogroupedKStream<K, A>(this.#parts, this.#windows, emit);
  }

  /** Combines the values of each key and window. `initializer` gives the aggregate before the first value. */
  aggregate(initializer: () => A, materialized: WindowMaterialized<K, A>): KTable<Windowed<K>, NonNullable<A>> {
    const source = new CogroupedSource<K>(this.#parts, true);
    const windowed = new TimeWindowedKStream<K, Cogrouped>(source, this.#windows, 'onWindowUpdate');
    return windowed.emitStrategy(this.#emit).aggregate(aggregationOf<K, A>(initializer), materialized);
  }
}

function aggregationOf<K, A>(initializer: () => A): Aggregation<K, Cogrouped, A> {
  return {
    initializer,
    aggregator: (key, { value, aggregator }, aggregate) => aggregator(key, value, aggregate) as A | null,
  };
}
