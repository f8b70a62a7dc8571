import { type Cogrouped, CogroupedSource, type CogroupPart } from '../declare/cogrouped-source.js';
import type { EmitStrategy } from '../graph/node.js';
import type { Materialized, WindowMaterialized } from '../options/options.js';
import { SessionWindows } from '../windows/session-windows.js';
import { SlidingWindows } from '../windows/sliding-windows.js';
import type { Windowed, Windows } from '../windows/windows.js';
import { type Aggregation, KGroupedStream } from './k-grouped-stream.js';
import type { KTable } from './k-table.js';
import { SessionWindowedKStream } from './session-windowed-k-stream.js';
import { SlidingWindowedKStream } from './sliding-windowed-k-stream.js';
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

  /**
   * Adds a group, whose values `aggregator` adds to the aggregate.
   *
   * ```ts
   * orders
   *   .groupByKey()
   *   .cogroup<number>((_id, order, open) => open + order.amount)
   *   .cogroup(payments.groupByKey(), (_id, payment, open) => open - payment.amount)
   *   .aggregate(() => 0, { as: 'open-amounts' });
   * ```
   */
  cogroup<V>(group: KGroupedStream<K, V>, aggregator: CogroupAggregator<K, NonNullable<V>, A>): CogroupedKStream<K, A> {
    return new CogroupedKStream<K, A>([...this.#parts, group.cogrouped(aggregator)]);
  }

  /**
   * Combines the values of each key. `initializer` gives the aggregate before the first value.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .aggregate(() => 0, { as: 'counts' });
   * ```
   */
  aggregate(initializer: () => A, materialized: Materialized<K, A>): KTable<K, NonNullable<A>> {
    const aggregation: Aggregation<K, Cogrouped, A> = {
      initializer,
      aggregator: (key, { value, aggregator }, aggregate) => aggregator(key, value, aggregate) as A | null,
    };
    return new KGroupedStream<K, Cogrouped>(new CogroupedSource<K>(this.#parts)).aggregate(aggregation, materialized);
  }

  /**
   * Groups the records of each key by sessions too.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .aggregate(() => 0, (_customer, left, right) => left + right, { as: 'counts' });
   * ```
   */
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedKStream<K, A>;
  /**
   * Groups the records of each key by windows too.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }))
   *   .aggregate(() => 0, { as: 'counts' });
   * ```
   */
  windowedBy(windows: Windows | SlidingWindows): TimeWindowedCogroupedKStream<K, A>;
  windowedBy(
    windows: Windows | SlidingWindows | SessionWindows,
  ): TimeWindowedCogroupedKStream<K, A> | SessionWindowedCogroupedKStream<K, A> {
    const source = new CogroupedSource<K>(this.#parts);
    if (windows instanceof SessionWindows) {
      return new SessionWindowedCogroupedKStream<K, A>(
        new SessionWindowedKStream<K, Cogrouped>(source, windows, 'onWindowUpdate'),
      );
    }
    return new TimeWindowedCogroupedKStream<K, A>(
      windows instanceof SlidingWindows
        ? new SlidingWindowedKStream<K, Cogrouped>(source, windows, 'onWindowUpdate')
        : new TimeWindowedKStream<K, Cogrouped>(source, windows, 'onWindowUpdate'),
    );
  }
}

/**
 * Several grouped streams, by key and window (Java: `TimeWindowedCogroupedKStream`). Which windows are closed is decided
 * for each group by its own time. Each update is sent by itself. Records with a null key are dropped. The aggregators
 * also get null values, as in Java, but not those of sliding windows.
 */
export class TimeWindowedCogroupedKStream<K, A> {
  readonly #windowed: TimeWindowedKStream<K, Cogrouped> | SlidingWindowedKStream<K, Cogrouped>;

  /** @internal */
  constructor(windowed: TimeWindowedKStream<K, Cogrouped> | SlidingWindowedKStream<K, Cogrouped>) {
    this.#windowed = windowed;
  }

  /**
   * Sets when results are sent. See `TimeWindowedKStream.emitStrategy`.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }))
   *   .emitStrategy('onWindowClose')
   *   .aggregate(() => 0, { as: 'counts' });
   * ```
   */
  emitStrategy(emit: EmitStrategy): TimeWindowedCogroupedKStream<K, A> {
    return new TimeWindowedCogroupedKStream<K, A>(this.#windowed.emitStrategy(emit));
  }

  /**
   * Sends late records to a topic too, each with the serdes of its group. See `TimeWindowedKStream.lateTo`.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(TimeWindows.of({ size: '1h', grace: '5m' }))
   *   .lateTo('late-clicks')
   *   .aggregate(() => 0, { as: 'counts' });
   * ```
   */
  lateTo(topic: string): TimeWindowedCogroupedKStream<K, A> {
    return new TimeWindowedCogroupedKStream<K, A>(this.#windowed.lateTo(topic));
  }

  /**
   * Combines the values of each key and window. `initializer` gives the aggregate before the first value.
   *
   * ```ts
   * const windowed = clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, points) => points + 1)
   *   .windowedBy(TimeWindows.of({ size: '1d', grace: '1h' }));
   * const points: KTable<Windowed<string>, number> = windowed.aggregate(() => 0, { as: 'points-of-days' });
   * ```
   */
  aggregate(initializer: () => A, materialized: WindowMaterialized<K, A>): KTable<Windowed<K>, NonNullable<A>> {
    return this.#windowed.aggregate({ initializer, aggregator: notCalled }, materialized);
  }
}

/** Several grouped streams, by key and session (Java: `SessionWindowedCogroupedKStream`). See `SessionWindowedKStream`. */
export class SessionWindowedCogroupedKStream<K, A> {
  readonly #windowed: SessionWindowedKStream<K, Cogrouped>;

  /** @internal */
  constructor(windowed: SessionWindowedKStream<K, Cogrouped>) {
    this.#windowed = windowed;
  }

  /**
   * Sets when results are sent. See `SessionWindowedKStream.emitStrategy`.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .emitStrategy('onWindowClose')
   *   .aggregate(() => 0, (_customer, left, right) => left + right, { as: 'counts' });
   * ```
   */
  emitStrategy(emit: EmitStrategy): SessionWindowedCogroupedKStream<K, A> {
    return new SessionWindowedCogroupedKStream<K, A>(this.#windowed.emitStrategy(emit));
  }

  /**
   * Sends late records to a topic too, each with the serdes of its group. See `TimeWindowedKStream.lateTo`.
   *
   * Extension: Java Kafka Streams does not have this.
   *
   * ```ts
   * clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, count) => count + 1)
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }))
   *   .lateTo('late-clicks')
   *   .aggregate(() => 0, (_customer, left, right) => left + right, { as: 'counts' });
   * ```
   */
  lateTo(topic: string): SessionWindowedCogroupedKStream<K, A> {
    return new SessionWindowedCogroupedKStream<K, A>(this.#windowed.lateTo(topic));
  }

  /**
   * Combines the values of each key and session. `merger` merges the aggregates of two sessions.
   *
   * ```ts
   * const visits = clicks
   *   .groupByKey()
   *   .cogroup<number>((_customer, _click, points) => points + 1)
   *   .windowedBy(SessionWindows.of({ gap: '30m', grace: '5m' }));
   * visits.aggregate(() => 0, (_customer, left, right) => left + right, { as: 'points-of-visits' });
   * ```
   */
  aggregate(
    initializer: () => A,
    merger: (key: K, left: A, right: A) => A,
    materialized: WindowMaterialized<K, A>,
  ): KTable<Windowed<K>, NonNullable<A>> {
    return this.#windowed.aggregate({ initializer, aggregator: notCalled, merger }, materialized);
  }
}

/** Each group of a cogroup has an aggregator of its own. */
function notCalled(): never {
  throw new Error('a cogroup has an aggregator for each group');
}
