import { SessionKind } from '../../../stores/kinds/session.js';
import type { GroupedSource } from '../declare/grouped-source.js';
import { notNull, serdesOr } from '../declare/repartition.js';
import { scoredSerde } from '../declare/scored-serde.js';
import { onlyStore, sessionRetentionOf, storeSpec } from '../declare/store-spec.js';
import { topAggregation } from '../declare/top-n.js';
import { addForEachGroup } from '../declare/windowed-groups.js';
import type { EmitStrategy, LateSink, SessionAggregateNode } from '../graph/node.js';
import type { WindowMaterialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type { SessionWindows } from '../windows/session-windows.js';
import type { Windowed } from '../windows/windows.js';
import type { Aggregation } from './k-grouped-stream.js';
import { KTable } from './k-table.js';

/** An aggregation of sessions (Java: `Initializer`, `Aggregator` and `Merger`). */
export interface SessionAggregation<K, V, A> extends Omit<Aggregation<K, V, A>, 'combiner'> {
  /** Merges the aggregates of two sessions that a record has made one. It may change and return `left`. */
  merger(key: K, left: A, right: A): A;
}

type Functions = Pick<SessionAggregateNode, 'initializer' | 'aggregator' | 'merger'>;

const COUNT: Functions = Object.freeze({
  initializer: () => 0,
  aggregator: (_key: unknown, _value: unknown, count: number) => count + 1,
  merger: (_key: unknown, left: number, right: number) => left + right,
});

/**
 * A stream that is grouped by key and session (Java: `SessionWindowedKStream`). A record may extend a session, or make
 * one of several: each session that it replaces gets a tombstone, then the new session its result. Results have the end
 * of their session as timestamp, and no headers. Records with a null key are dropped and counted as dropped. Records
 * with a null value are aggregated, as in Java. Records that arrive after the grace of their session are late. Each
 * aggregation throws a TopologyError if another store has the name `as`, or if its `retention` is shorter than gap +
 * grace.
 */
export class SessionWindowedKStream<K, V> {
  readonly #source: GroupedSource<K, V>;
  readonly #windows: SessionWindows;
  readonly #emit: EmitStrategy;
  readonly #late: LateSink | undefined;

  /** @internal */
  constructor(source: GroupedSource<K, V>, windows: SessionWindows, emit: EmitStrategy, late?: LateSink) {
    this.#source = source;
    this.#windows = windows;
    this.#emit = emit;
    this.#late = late;
  }

  /**
   * Sets when results are sent (Java: `EmitStrategy`, KIP-825). `onWindowUpdate`, the default: with each update.
   * `onWindowClose`: once, when the session can grow no more, with the headers of the record that closed it.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .emitStrategy('onWindowClose')
   *   .count({ as: 'clicks-of-visits' });
   * ```
   */
  emitStrategy(emit: EmitStrategy): SessionWindowedKStream<K, V> {
    return new SessionWindowedKStream<K, V>(this.#source, this.#windows, emit, this.#late);
  }

  /**
   * Sends late records to a topic too. See `TimeWindowedKStream.lateTo`.
   *
   * ```ts
   * const visits = clicks.groupByKey().windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }));
   * visits.lateTo('late-clicks').count({ as: 'clicks-of-visits' });
   * ```
   */
  lateTo(topic: string): SessionWindowedKStream<K, V> {
    const late = Object.freeze({ topic, ...this.#source.serdes });
    return new SessionWindowedKStream<K, V>(this.#source, this.#windows, this.#emit, late);
  }

  /**
   * Counts the records of each session.
   *
   * ```ts
   * const visits = clicks.groupByKey().windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }));
   * visits
   *   .count({ as: 'clicks-of-visits' })
   *   .toStream(({ key, window }) => `${key}@${window.start}`)
   *   .to('visits');
   * ```
   */
  count(materialized: WindowMaterialized<K, number>): KTable<Windowed<K>, number> {
    return this.#aggregate('KSTREAM-AGGREGATE', COUNT, materialized, Serdes.json<number>());
  }

  /**
   * Combines the values of each session into one value. It also combines the values of two sessions.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .reduce((_before, last) => last, { as: 'last-clicks-of-visits' });
   * ```
   */
  reduce(
    reducer: (aggregate: NonNullable<V>, value: V) => V | null,
    materialized: WindowMaterialized<K, V>,
  ): KTable<Windowed<K>, NonNullable<V>> {
    const functions: Functions = {
      initializer: undefined,
      aggregator: (_key: unknown, value: V, aggregate: NonNullable<V>) => reducer(aggregate, value),
      merger: (_key: unknown, left: NonNullable<V>, right: NonNullable<V>) => reducer(left, right),
    };
    return this.#aggregate('KSTREAM-REDUCE', functions, materialized, this.#source.serdes.valueSerde);
  }

  /**
   * Combines the values of each session into an aggregate of another type.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .aggregate(
   *     {
   *       initializer: (): string[] => [],
   *       aggregator: (_customer, click, pages) => [...pages, click.page],
   *       merger: (_customer, left, right) => [...left, ...right],
   *     },
   *     { as: 'pages-of-visits' },
   *   );
   * ```
   */
  aggregate<A>(
    aggregation: SessionAggregation<K, V, A>,
    materialized: WindowMaterialized<K, A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    const functions: Functions = {
      initializer: () => aggregation.initializer(),
      aggregator: (key: K, value: V, aggregate: A) => aggregation.aggregator(key, value, aggregate),
      merger: (key: K, left: A, right: A) => aggregation.merger(key, left, right),
    };
    return this.#aggregate('KSTREAM-AGGREGATE', functions, materialized, Serdes.json<A>());
  }

  /**
   * Keeps the `n` records of each session with the highest scores, as a list: see `KGroupedStream.topN`. `score` also
   * gets null values, and a list may have null values.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * orders
   *   .groupBy((_id, order) => order.customerId)
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .topN(1, (_customer, order) => order.amount, { as: 'largest-orders-of-visits' });
   * ```
   */
  topN(
    n: number,
    score: (key: K, value: V) => number,
    materialized: WindowMaterialized<K, readonly Scored<V>[]>,
  ): KTable<Windowed<K>, readonly Scored<V>[]> {
    const { prefix, ...functions } = topAggregation(n, score, materialized.as);
    return this.#aggregate(prefix, functions, materialized, scoredSerde(this.#source.serdes.valueSerde));
  }

  #aggregate<A>(
    prefix: string,
    functions: Functions,
    materialized: WindowMaterialized<K, A>,
    valueSerde: Serde<A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    const { graph, serdes: grouped } = this.#source;
    const serdes = serdesOr<K, A>(materialized, { keySerde: grouped.keySerde, valueSerde });
    const kind = new SessionKind(this.#windows, sessionRetentionOf(materialized, this.#windows));
    const store = storeSpec(graph, materialized, serdes, kind);
    const { initializer, merger } = functions;
    const node = addForEachGroup(
      this.#source,
      store,
      functions.aggregator,
      this.#emit,
      ({ parent, serdes: ofGroup, aggregator, part }) =>
        graph.add(prefix, part === undefined ? materialized.name : undefined, {
          kind: 'sessionAggregate',
          part,
          parents: [parent],
          ...onlyStore(store),
          windows: this.#windows,
          emit: this.#emit,
          late: this.#late && { topic: this.#late.topic, ...ofGroup },
          initializer,
          aggregator,
          merger,
        }),
    );
    const keySerde = Serdes.sessionWindowed(serdes.keySerde);
    const { gapMs, graceMs, closeOnIdle } = this.#windows;
    // A session ends with its last record, but takes more records for the length of the gap.
    const windows = { sizeMs: 0, graceMs: gapMs + graceMs, closeOnIdle };
    const tableSerdes = { keySerde, valueSerde: notNull(serdes.valueSerde) };
    return new KTable<Windowed<K>, NonNullable<A>>(graph, node, tableSerdes, windows);
  }
}
