import { SlidingWindowKind } from '../../../stores/kinds/sliding-window.js';
import type { GroupedSource } from '../declare/grouped-source.js';
import { notNull, serdesOr } from '../declare/repartition.js';
import { scoredSerde } from '../declare/scored-serde.js';
import { onlyStore, slidingRetentionOf, storeSpec } from '../declare/store-spec.js';
import { addForEachGroup } from '../declare/windowed-groups.js';
import type { EmitStrategy, LateSink } from '../graph/node.js';
import type { WindowMaterialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type { SlidingWindows } from '../windows/sliding-windows.js';
import type { Windowed } from '../windows/windows.js';
import {
  type AggregateParts,
  type Aggregation,
  aggregateParts,
  COUNT,
  reduceParts,
  topParts,
} from './k-grouped-stream.js';
import { KTable } from './k-table.js';

/**
 * A stream that is grouped by key and sliding window (Java: `TimeWindowedKStream` of `SlidingWindows`). A record updates
 * each window that has it, and makes the windows that begin or end with it. Records with a null key or a null value are
 * dropped and counted as dropped. Records that arrive after the grace of all their windows are late. Each aggregation
 * throws a TopologyError if another store has the name `as`, or if its `retention` is shorter than twice the time
 * difference and the grace.
 */
export class SlidingWindowedKStream<K, V> {
  readonly #source: GroupedSource<K, V>;
  readonly #windows: SlidingWindows;
  readonly #emit: EmitStrategy;
  readonly #late: LateSink | undefined;

  /** @internal */
  constructor(source: GroupedSource<K, V>, windows: SlidingWindows, emit: EmitStrategy, late?: LateSink) {
    this.#source = source;
    this.#windows = windows;
    this.#emit = emit;
    this.#late = late;
  }

  /**
   * Sets when results are sent. See `TimeWindowedKStream.emitStrategy`.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }))
   *   .emitStrategy('onWindowClose')
   *   .count({ as: 'clicks' });
   * ```
   */
  emitStrategy(emit: EmitStrategy): SlidingWindowedKStream<K, V> {
    return new SlidingWindowedKStream<K, V>(this.#source, this.#windows, emit, this.#late);
  }

  /**
   * Sends late records to a topic too. See `TimeWindowedKStream.lateTo`.
   *
   * ```ts
   * const windowed = clicks.groupByKey().windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }));
   * windowed.lateTo('late-clicks').count({ as: 'clicks' });
   * ```
   */
  lateTo(topic: string): SlidingWindowedKStream<K, V> {
    const late = Object.freeze({ topic, ...this.#source.serdes });
    return new SlidingWindowedKStream<K, V>(this.#source, this.#windows, this.#emit, late);
  }

  /**
   * Counts the records of each key in each window.
   *
   * ```ts
   * const windowed = clicks.groupByKey().windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }));
   * windowed.count({ as: 'clicks' }).filter((_key, count) => count > 100, { as: 'robots' });
   * ```
   */
  count(materialized: WindowMaterialized<K, number>): KTable<Windowed<K>, number> {
    return this.#aggregate(COUNT, materialized, Serdes.json<number>());
  }

  /**
   * Combines the values of each key in each window into one value. The first value is the first aggregate.
   *
   * ```ts
   * payments
   *   .groupByKey()
   *   .windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }))
   *   .reduce((sum, payment) => ({ amount: sum.amount + payment.amount }), { as: 'paid' });
   * ```
   */
  reduce(
    reducer: (aggregate: NonNullable<V>, value: NonNullable<V>) => V | null,
    materialized: WindowMaterialized<K, V>,
  ): KTable<Windowed<K>, NonNullable<V>> {
    return this.#aggregate(reduceParts(reducer, false), materialized, this.#source.serdes.valueSerde);
  }

  /**
   * Combines the values of each key in each window into an aggregate of another type.
   *
   * ```ts
   * payments
   *   .groupByKey()
   *   .windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }))
   *   .aggregate(
   *     { initializer: () => 0, aggregator: (_order, payment, sum) => sum + payment.amount },
   *     { as: 'paid' },
   *   );
   * ```
   */
  aggregate<A>(
    aggregation: Omit<Aggregation<K, NonNullable<V>, A>, 'combiner'>,
    materialized: WindowMaterialized<K, A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    return this.#aggregate(aggregateParts(aggregation), materialized, Serdes.json<A>());
  }

  /**
   * Keeps the `n` records of each key and window with the highest scores, as a list: see `KGroupedStream.topN`.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * payments
   *   .groupByKey()
   *   .windowedBy(SlidingWindows.of({ timeDifference: '10m', grace: '1m' }))
   *   .topN(3, (_order, payment) => payment.amount, { as: 'largest-payments' });
   * ```
   */
  topN(
    n: number,
    score: (key: K, value: NonNullable<V>) => number,
    materialized: WindowMaterialized<K, readonly Scored<NonNullable<V>>[]>,
  ): KTable<Windowed<K>, readonly Scored<NonNullable<V>>[]> {
    const parts = topParts(n, score, materialized.as);
    return this.#aggregate(parts, materialized, scoredSerde(notNull(this.#source.serdes.valueSerde)));
  }

  #aggregate<A>(
    parts: AggregateParts,
    materialized: WindowMaterialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    const { graph, serdes: grouped } = this.#source;
    const { timeDifferenceMs: sizeMs, graceMs, closeOnIdle } = this.#windows;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const kind = new SlidingWindowKind(this.#windows, slidingRetentionOf(materialized, this.#windows));
    const store = storeSpec(graph, materialized, serdes, kind);
    const node = addForEachGroup(
      this.#source,
      store,
      parts.aggregator,
      this.#emit,
      ({ parent, serdes: ofGroup, aggregator, part }) =>
        graph.add(parts.prefix, part === undefined ? materialized.name : undefined, {
          kind: 'slidingAggregate',
          part,
          parents: [parent],
          ...onlyStore(store),
          windows: this.#windows,
          emit: this.#emit,
          late: this.#late && { topic: this.#late.topic, ...ofGroup },
          initializer: parts.initializer,
          aggregator,
        }),
    );
    const tableSerdes = {
      keySerde: Serdes.timeWindowed(serdes.keySerde, sizeMs),
      valueSerde: notNull(serdes.valueSerde),
    };
    return new KTable<Windowed<K>, NonNullable<A>>(graph, node, tableSerdes, { sizeMs, graceMs, closeOnIdle });
  }
}
