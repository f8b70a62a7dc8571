import { KafkaClient, KStorage, KStream } from 'kafka-streams';
import type { Operators } from '../options/operators.js';
import { synchronous } from '../options/synchronous.js';

/** The key and the value of a record, as the operators of `pipe` get it. */
export interface OperatorRecord<K, V> {
  readonly key: K;
  readonly value: V;
}

type WithValue<T, V> = T extends { readonly value: unknown } ? Omit<T, 'value'> & { readonly value: V } : T;

/**
 * A KStream of the npm package `kafka-streams`, with the operators that fit a transactional runtime. Each of these
 * operators gives its result within the call and remembers no earlier record. They keep the names, meanings and
 * defaults of the package.
 *
 * {@link mountOperators} refuses the other operators:
 *
 * - asynchronous operators: `asyncMap`, `awaitPromises`, `concatMap`, `scan`, `delay`, `debounce`, `throttle`,
 *   `countByKey`, `sumByKey`, `min`, `max`, joins, merges and windows
 * - operators with a memory: `skipRepeats`, `skipRepeatsWith`, `skip`, `take`, `slice`, `skipWhile`, `takeWhile`. An
 *   aborted transaction would not reset the memory, so they would drop records that are processed again.
 * - `mapBufferKeyToString`: in version 5.0.0 it leaves Buffers as they are
 *
 * An operator changes the stream and returns that same stream. So a chain has one end and does not branch.
 */
export interface OperatorStream<T> {
  map<R>(etl: (value: T) => R): OperatorStream<R>;
  filter<S extends T>(pred: (value: T) => value is S): OperatorStream<S>;
  filter(pred: (value: T) => boolean): OperatorStream<T>;
  tap(eff: (value: T) => void): OperatorStream<T>;
  constant<R>(substitute: R): OperatorStream<R>;
  timestamp(etl: (value: T) => number): OperatorStream<{ readonly time: number; readonly value: T }>;
  /** Calls `callback` once, with value number `count`. */
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

  /** A string that is not JSON becomes the `SyntaxError`. A value that is not a string stays as it is. */
  mapJSONParse(): OperatorStream<unknown>;
  mapStringify(): OperatorStream<T extends object | null ? string : T>;

  /** Changes `value` in place. An empty Buffer and null stay as they are. Invalid UTF-8 becomes U+FFFD. */
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
  /** The `value` of a message. If it is undefined, the message itself. */
  mapWrapKafkaValue(): OperatorStream<
    T extends { readonly value: infer V } ? Exclude<V, undefined> | (undefined extends V ? T : never) : T
  >;
  /**
   * `time` is the time of the wall clock. Without `getId`, `id` is a random UUID. So both differ when a record is
   * processed again.
   */
  mapToFormat(
    type?: string,
    getId?: (value: T) => string,
  ): OperatorStream<{ readonly payload: T; readonly time: string; readonly type: string; readonly id: string }>;
  mapFromFormat(): OperatorStream<unknown>;
}

/** The sink of a most.js stream, on which kafka-streams is built. */
interface MostSink<T> {
  event(time: number, value: T): void;
  end(time: number): void;
  error(time: number, error: Error): void;
}

interface MostSource<T> {
  /** The source that an operator reads. Absent at the head of the chain. */
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
 * The most.js sources of the operators of {@link OperatorStream}. They pass an event on in the same call and keep
 * nothing.
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

/** Its operators refuse functions that return a promise: a filter would take a promise for true. */
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
 * Makes operators of the npm package kafka-streams for `KStream.pipe`:
 * `stream.pipe(operators(records => records.map(...)))`. `build` is called once for each task. Mounting throws a
 * TypeError if `build` uses an operator that {@link OperatorStream} does not offer.
 */
export function operators<In, Out>(build: (stream: OperatorStream<In>) => OperatorStream<Out>): Operators<In, Out> {
  return { mount: sink => mountOperators(build, sink) };
}

/**
 * Builds a chain of kafka-streams' operators and returns its entrance. A call of the entrance runs the chain
 * synchronously. It calls `sink` once if the value passes, and never if the value is filtered out. It throws what an
 * operator or `sink` throws. The call after that works as usual.
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
