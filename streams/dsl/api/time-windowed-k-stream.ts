import { DistinctKind } from '../../../stores/kinds/distinct.js';
import { GroupedSource } from '../declare/grouped-source.js';
import { groupAlone, groupWithValue } from '../declare/moved-group.js';
import { addRepartition, notNull, serdesOr } from '../declare/repartition.js';
import { scoredSerde } from '../declare/scored-serde.js';
import { checkThatTheyClose, onlyStore, retentionOf, storeSpec } from '../declare/store-spec.js';
import { addForEachGroup } from '../declare/windowed-groups.js';
import { TopologyError } from '../graph/graph.js';
import type { DistinctNode, EmitStrategy, GraphNode, LateSink } from '../graph/node.js';
import type { Named, WindowMaterialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { synchronous } from '../options/synchronous.js';
import { pairSerde } from '../serde/pair-serde.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type { Windowed, Windows } from '../windows/windows.js';
import {
  type AggregateParts,
  type Aggregation,
  aggregateParts,
  COUNT,
  reduceParts,
  topParts,
} from './k-grouped-stream.js';
import { KStream } from './k-stream.js';
import { KTable } from './k-table.js';

type DistinctOptions<K> = Named & Pick<WindowMaterialized<K, never>, 'as' | 'logging' | 'inMemory' | 'retention'>;

/**
 * A stream that is grouped by key and window (Java: `TimeWindowedKStream`). Records with a null key are dropped and
 * counted as dropped. Records that arrive after the grace of their window are late: they are dropped and counted as
 * late. Records with a null value are aggregated, as in Java. Each aggregation throws a TopologyError if another store
 * has the name `as`, or if its `retention` is shorter than size + grace.
 */
export class TimeWindowedKStream<K, V> {
  readonly #source: GroupedSource<K, V>;
  readonly #windows: Windows;
  readonly #emit: EmitStrategy;
  readonly #late: LateSink | undefined;

  /** @internal */
  constructor(source: GroupedSource<K, V>, windows: Windows, emit: EmitStrategy, late?: LateSink) {
    this.#source = source;
    this.#windows = windows;
    this.#emit = emit;
    this.#late = late;
  }

  /**
   * Sets when results are sent (Java: `EmitStrategy`, KIP-825). `onWindowUpdate`, the default, sends the result with
   * each update. `onWindowClose` sends it once, when the window closes. Throws a TopologyError for `onWindowClose` on
   * windows that never close.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }))
   *   .emitStrategy('onWindowClose')
   *   .count({ as: 'clicks-of-hours' });
   * ```
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedKStream<K, V> {
    if (emit === 'onWindowClose') checkThatTheyClose(this.#windows, 'emitStrategy onWindowClose');
    return new TimeWindowedKStream<K, V>(this.#source, this.#windows, emit, this.#late);
  }

  /**
   * Sends late records to a topic too, with their timestamp and headers. A record is sent once for each closed window
   * that it belongs to. The headers `__streams.late.window.start` and `__streams.late.window.end` name this window, in
   * milliseconds since the epoch.
   *
   * Records that were combined into a partial aggregate before they reached the operator are only counted. With
   * `countDistinct` the value of each record moves too, and not only its group and what is counted.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * const hours = clicks.groupByKey().windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }));
   * hours.lateTo('late-clicks').count({ as: 'clicks-of-hours' });
   * ```
   */
  lateTo(topic: string): TimeWindowedKStream<K, V> {
    const { keySerde, valueSerde } = this.#source.serdes;
    const late = Object.freeze({ topic, keySerde, valueSerde });
    return new TimeWindowedKStream<K, V>(this.#source, this.#windows, this.#emit, late);
  }

  /**
   * Counts the records of each key in each window.
   *
   * ```ts
   * const hours = clicks.groupByKey().windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }));
   * const counts: KTable<Windowed<string>, number> = hours.count({ as: 'clicks-of-hours', retention: '7d' });
   * ```
   */
  count(materialized: WindowMaterialized<K, number>): KTable<Windowed<K>, number> {
    return this.#aggregate(COUNT, materialized, Serdes.json<number>());
  }

  /**
   * Combines the values of each key in each window into one value. See `KGroupedStream.reduce`. `reducer` also gets
   * null values, but no null aggregate.
   *
   * ```ts
   * orders
   *   .groupBy((_id, order) => order.customerId)
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }))
   *   .reduce((largest, order) => (order.amount > largest.amount ? order : largest), { as: 'largest-of-days' });
   * ```
   */
  reduce(
    reducer: (aggregate: NonNullable<V>, value: V) => V | null,
    materialized: WindowMaterialized<K, V> & { readonly associative?: boolean },
  ): KTable<Windowed<K>, NonNullable<V>> {
    const parts = reduceParts(reducer, materialized.associative ?? false);
    return this.#aggregate(parts, materialized, this.#source.serdes.valueSerde);
  }

  /**
   * Combines the values of each key in each window into an aggregate of another type. `aggregator` also gets null
   * values.
   *
   * ```ts
   * orders
   *   .groupBy((_id, order) => order.customerId)
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }))
   *   .aggregate(
   *     { initializer: () => 0, aggregator: (_customer, order, amount) => amount + order.amount },
   *     { as: 'amounts-of-days' },
   *   );
   * ```
   */
  aggregate<A>(
    aggregation: Aggregation<K, V, A>,
    materialized: WindowMaterialized<K, A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    return this.#aggregate(aggregateParts(aggregation), materialized, Serdes.json<A>());
  }

  /**
   * Keeps the `n` records of each key and window with the highest scores, as a list: see `KGroupedStream.topN`. `score`
   * also gets null values, and a list may have null values.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * orders
   *   .groupBy((_id, order) => order.customerId)
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }))
   *   .emitStrategy('onWindowClose')
   *   .topN(10, (_customer, order) => order.amount, { as: 'largest-orders-of-days' });
   * ```
   */
  topN(
    n: number,
    score: (key: K, value: V) => number,
    materialized: WindowMaterialized<K, readonly Scored<V>[]>,
  ): KTable<Windowed<K>, readonly Scored<V>[]> {
    const parts = topParts(n, score, materialized.as);
    return this.#aggregate(parts, materialized, scoredSerde(this.#source.serdes.valueSerde));
  }

  /**
   * The first record of each key in each window, in the order of arrival. The result is exact: the store has a row for
   * each key and window. Throws a TopologyError for hopping windows and for windows that never close.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }))
   *   .distinct({ as: 'visitors' })
   *   .to('first-clicks-of-days');
   * ```
   */
  distinct(options: DistinctOptions<K>): KStream<K, V> {
    const { graph, serdes } = this.#source;
    const parent = this.#source.partitionedFor(options.as);
    const distinct = this.#addDistinct(parent, options, serdes.keySerde, {
      late: this.#late,
      identity: (key: K) => key,
      original: (key: K, value: V) => ({ key, value }),
    });
    return new KStream<K, V>(graph, distinct, serdes, false);
  }

  /**
   * Counts the different values that `by` returns, for each key in each window. Records for which `by` returns null are
   * dropped and counted as dropped. The result is exact. Throws a TopologyError for hopping windows and for windows
   * that never close.
   *
   * Records move to the partition of the value of `by`. There the store `<as>-seen` has a row for each value and
   * window. The counts of the partitions are then added up in the store `as`.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }))
   *   .countDistinct((_customer, click) => click.page, { as: 'pages-of-days' });
   * ```
   */
  countDistinct<D>(
    by: (key: K, value: V) => D,
    materialized: WindowMaterialized<K, number> & { readonly distinctSerde?: Serde<D> },
  ): KTable<Windowed<K>, number> {
    const { graph, node, serdes } = this.#source;
    const distinctSerde = materialized.distinctSerde ?? (Serdes.string() as unknown as Serde<D>);
    const seen = `${materialized.as}-seen`;
    const moved = this.#late === undefined ? groupAlone(serdes) : groupWithValue(serdes);
    const keyed = graph.add('KSTREAM-MAP', undefined, {
      kind: 'map',
      parents: [node],
      // Records with a null key come here too. They get a null key for the repartition, which drops and counts them.
      mapper: (key: K | null | undefined, value: V) =>
        key === null || key === undefined
          ? { key: null, value: null }
          : { key: synchronous(by(key, value), 'the function of countDistinct'), value: moved.of(key, value) },
    });
    const repartition = addRepartition(graph, keyed, seen, { keySerde: distinctSerde, valueSerde: moved.serde });
    const { logging = true, inMemory = false } = materialized;
    const options = { as: seen, logging, inMemory };
    const first = this.#addDistinct(repartition, options, pairSerde(distinctSerde, serdes.keySerde), {
      late: this.#late,
      identity: (key: D, value: unknown): readonly [D, K] => [key, moved.groupOf(value)],
      original: (_key: D, value: unknown) => moved.originalOf(value),
    });
    const grouped = graph.add('KSTREAM-MAP', undefined, {
      kind: 'map',
      parents: [first],
      mapper: (key: D, value: unknown) => ({ key: moved.groupOf(value), value: key }),
    });
    const counted = { ...serdes, valueSerde: distinctSerde };
    const source = new GroupedSource<K, D>(graph, grouped, counted, true, undefined);
    return new TimeWindowedKStream<K, D>(source, this.#windows, this.#emit).count(materialized);
  }

  /** Throws a TopologyError for hopping windows: a record may be the first one of one window and not of another. */
  #addDistinct(
    parent: GraphNode,
    options: DistinctOptions<never>,
    keySerde: Serde<unknown>,
    functions: Pick<DistinctNode, 'late' | 'identity' | 'original'>,
  ): GraphNode {
    const { graph } = this.#source;
    checkThatTheyClose(this.#windows, `distinct ${options.as}`);
    if (this.#windows.advanceMs !== this.#windows.sizeMs) {
      throw new TopologyError(`distinct ${options.as}: the windows must be tumbling`);
    }
    const kind = new DistinctKind(this.#windows, retentionOf(options, this.#windows));
    const store = storeSpec(graph, options, { keySerde, valueSerde: Serdes.bytes() }, kind);
    const parents = [parent];
    return graph.add('KSTREAM-DISTINCT', options.name, {
      kind: 'distinct',
      parents,
      ...onlyStore(store),
      windows: this.#windows,
      ...functions,
    });
  }

  #aggregate<A>(
    parts: AggregateParts,
    materialized: WindowMaterialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    const { graph, serdes: grouped } = this.#source;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const retentionMs = retentionOf(materialized, this.#windows);
    const kind = this.#windows.storeKind(retentionMs, { onClose: this.#emit === 'onWindowClose' });
    const caching = this.#source.isCacheable && (materialized.caching ?? true);
    const store = storeSpec(graph, { ...materialized, caching }, serdes, kind);
    const { prefix, initializer, combiner } = parts;
    const aggregate = addForEachGroup(
      this.#source,
      store,
      parts.aggregator,
      this.#emit,
      ({ parent, serdes: ofGroup, aggregator, part }) =>
        graph.add(prefix, part === undefined ? materialized.name : undefined, {
          kind: 'windowAggregate',
          part,
          parents: [parent],
          ...onlyStore(store),
          windows: this.#windows,
          emit: this.#emit,
          late: this.#late && { topic: this.#late.topic, ...ofGroup },
          initializer,
          aggregator,
          combiner,
        }),
    );
    const windowedKey = Serdes.timeWindowed(serdes.keySerde, this.#windows.sizeMs);
    const tableSerdes = { keySerde: windowedKey, valueSerde: notNull(serdes.valueSerde) };
    return new KTable<Windowed<K>, NonNullable<A>>(graph, aggregate, tableSerdes, this.#windows);
  }
}
