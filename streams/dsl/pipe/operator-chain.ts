import { KafkaClient, KStorage, KStream } from 'kafka-streams';
import type { Operators } from '../options/operators.js';
import { synchronous } from '../options/synchronous.js';

/** What flows through the operators of `pipe`: the key and value of one record. */
export interface OperatorRecord<K, V> {
  readonly key: K;
  readonly value: V;
}

type WithValue<T, V> = T extends { readonly value: unknown } ? Omit<T, 'value'> & { readonly value: V } : T;

/**
 * A KStream of the npm package `kafka-streams` with those of its operators that fit a transactional runtime: each gives its
 * result within the call (nothing waits for a promise or a timer), and none remembers earlier records. They keep the
 * package's names, meanings and defaults.
 *
 * Left out, and refused by {@link mountOperators} where a cast brings them in:
 * - asynchronous: `asyncMap`, `awaitPromises`, `concatMap`, `scan`, `delay`, `debounce`, `throttle`, `countByKey`,
 *   `sumByKey`, `min`, `max`, joins, merges and windows;
 * - stateful: `skipRepeats`, `skipRepeatsWith`, `skip`, `take`, `slice`, `skipWhile`, `takeWhile`: their memory would outlive
 *   an aborted transaction, and the same record, read again, would be missing;
 * - `mapBufferKeyToString`: in version 5.0.0 it leaves Buffers as they are.
 *
 * An operator changes the stream and returns that same stream, so a chain has one end and does not branch.
 */
export interface OperatorStream<T> {
  map<R>(etl: (value: T) => R): OperatorStream<R>;
  filter<S extends T>(pred: (value: T) => value is S): OperatorStream<S>;
  filter(pred: (value: T) => boolean): OperatorStream<T>;
  tap(eff: (value: T) => void): OperatorStream<T>;
  constant<R>(substitute: R): OperatorStream<R>;
  timestamp(etl: (value: T) => number): OperatorStream<{ readonly time: number; readonly value: T }>;
  /** Calls back once, with value number `count`. */
  atThroughput(count: number, callback: (value: T) => void): OperatorStream<T>;

  /** The empty string stays as it is. */
  mapStringToArray(delimiter?: string): OperatorStream<T extends string ? string[] | '' : T>;
  mapArrayToKV(
    keyIndex?: number,
    valueIndex?: number,
  ): OperatorStream<T extends readonly (infer E)[] ? OperatorRecord<E | undefined, E | undefined> : T>;
  mapStringToKV(
    delimiter?: string,
    keyIndex?: number,
    valueIndex?: number,
  ): OperatorStream<T extends string ? OperatorRecord<string | undefined, string | undefined> | '' : T>;

  /** A string that is not JSON becomes the `SyntaxError`; what is not a string stays as it is. */
  mapJSONParse(): OperatorStream<unknown>;
  mapStringify(): OperatorStream<T extends object | null ? string : T>;

  /** Changes `value` in place. An empty Buffer and null stay as they are; invalid UTF-8 becomes U+FFFD. */
  mapBufferValueToString(): OperatorStream<
    T extends { readonly value: infer V } ? WithValue<T, V extends Buffer ? Buffer | string : V> : T
  >;
  /** Changes `value` in place. A string that is not JSON, or is JSON of a falsy value, stays as it is. */
  mapStringValueToJSONObject(): OperatorStream<WithValue<T, unknown>>;
  /** Applies the two previous operators, one after the other. */
  mapJSONConvenience(): OperatorStream<WithValue<T, unknown>>;

  wrapAsKafkaValue(topic?: string): OperatorStream<{
    readonly opaqueKey: null;
    readonly partitionKey: null;
    readonly partition: null;
    readonly key: null;
    readonly value: T;
    readonly topic: string | undefined;
  }>;
  /** The `value` of a message; the message itself where that is undefined. */
  mapWrapKafkaValue(): OperatorStream<
    T extends { readonly value: infer V } ? Exclude<V, undefined> | (undefined extends V ? T : never) : T
  >;
  /** `time` is the wall clock's and, without `getId`, `id` is a random UUID: not the same when a record is read again. */
  mapToFormat(
    type?: string,
    getId?: (value: T) => string,
  ): OperatorStream<{ readonly payload: T; readonly time: string; readonly type: string; readonly id: string }>;
  mapFromFormat(): OperatorStream<unknown>;
}

/** The parts of most.js, on which kafka-streams is built, that run a chain. */
interface MostSink<T> {
  event(time: number, value: T): void;
  end(time: number): void;
  error(time: number, error: Error): void;
}

interface MostSource<T> {
  /** The source that an operator reads; absent at the head. */
  readonly source?: MostSource<unknown>;
  run(sink: MostSink<T>, scheduler: { now(): number }): { dispose(): void };
}

interface MostStream<T> {
  readonly source: MostSource<T>;
}

class PushSource<T> implements MostSource<T> {
  #sink: MostSink<T> | undefined;

  get sink(): MostSink<T> {
    if (this.#sink === undefined) throw new Error('the operator chain does not run its source');
    return this.#sink;
  }

  run(sink: MostSink<T>): { dispose(): void } {
    this.#sink = sink;
    return { dispose: () => {} };
  }
}

class OutputSink<T> implements MostSink<T> {
  readonly #output: (value: T) => void;

  constructor(output: (value: T) => void) {
    this.#output = output;
  }

  event(_time: number, value: T): void {
    this.#output(value);
  }

  end(): void {}

  error(_time: number, error: Error): void {
    throw error;
  }
}

/**
 * The most.js sources of the operators of {@link OperatorStream}: they pass an event on in the same call, statelessly.
 */
const SYNCHRONOUS_SOURCES: ReadonlySet<string> = new Set(['Map', 'Filter', 'FilterMap', 'Tap']);

function assertSynchronous(end: MostSource<unknown>, head: MostSource<unknown>): void {
  for (let source: MostSource<unknown> | undefined = end; source !== head; source = source.source) {
    if (source === undefined) throw new TypeError('pipe: the operators must start at the stream that is passed in');
    const name = source.constructor.name;
    if (!SYNCHRONOUS_SOURCES.has(name)) {
      throw new TypeError(
        `pipe takes synchronous, stateless operators of kafka-streams only, not what makes a ${name}`,
      );
    }
  }
}

type Unary<R = unknown> = { bivarianceHack(value: unknown): R }['bivarianceHack'];

function checked<R>(apply: Unary<R>, operator: string): (value: unknown) => R {
  const what = `the function of ${operator}`;
  return value => synchronous(apply(value), what);
}

/** Its operators refuse functions that return a promise: a filter would take the promise as true. */
class CheckedStream extends KStream {
  override map(etl: Unary): this {
    super.map(checked(etl, 'map'));
    return this;
  }

  override filter(pred: Unary<boolean>): this {
    super.filter(checked(pred, 'filter'));
    return this;
  }

  override tap(eff: Unary): this {
    super.tap(checked(eff, 'tap'));
    return this;
  }

  override timestamp(etl: Unary): this {
    super.timestamp(checked(etl, 'timestamp'));
    return this;
  }

  override atThroughput(count: number, callback: Unary): this {
    super.atThroughput(count, checked(callback, 'atThroughput'));
    return this;
  }

  override mapToFormat(type = 'unknown-publish', getId?: Unary): this {
    super.mapToFormat(type, getId === undefined ? getId : checked(getId, 'mapToFormat'));
    return this;
  }
}

/**
 * Operators of the npm package kafka-streams for `KStream.pipe`: `stream.pipe(operators(records => records.map(...).filter(...)))`.
 * `build` is called once for each task, which throws a TypeError if it uses an operator that {@link OperatorStream} does not offer.
 */
export function operators<In, Out>(build: (stream: OperatorStream<In>) => OperatorStream<Out>): Operators<In, Out> {
  return { mount: sink => mountOperators(build, sink) };
}

/**
 * Builds a chain of kafka-streams' operators and returns its entrance. A call of the entrance runs the chain
 * synchronously. It calls `sink` once if the value passes, and not at all if it is filtered out. It throws what an
 * operator or `sink` throws, and the next call works as if nothing had happened.
 *
 * @throws TypeError if `build` uses an operator that {@link OperatorStream} does not offer, or returns another stream.
 */
export function mountOperators<In, Out>(
  build: (stream: OperatorStream<In>) => OperatorStream<Out>,
  sink: (value: Out) => void,
): (value: In) => void {
  const input = new PushSource<In>();
  const stream: KStream = new CheckedStream('', new KStorage({}), new KafkaClient());
  stream.replaceInternalObservable({ source: input });
  const head: MostStream<In> = stream.getMost();

  const built: unknown = build(stream);
  if (built !== stream) throw new TypeError('pipe: the operators must end with the stream that was passed in');
  const end: MostStream<Out> = stream.getMost();
  assertSynchronous(end.source, head.source);

  end.source.run(new OutputSink(sink), { now: () => 0 });
  const entrance = input.sink;
  return value => entrance.event(0, value);
}
