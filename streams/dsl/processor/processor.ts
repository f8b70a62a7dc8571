import type { Duration } from '../../kafka/duration.js';
import type { Named } from '../options/options.js';
import type { FixedKeyRecord, ForwardedRecord, ProcessorRecord } from './processor-record.js';
import type { Cancellable, PunctuationType, Punctuator } from './punctuation.js';
import type { StateStore, StoreBuilder } from './store-builder.js';

/** The name and the stores of a processor. */
export interface ProcessorOptions extends Named {
  /**
   * The stores that it uses: their declarations, or their names. `addStateStore` declares a store that has only its name
   * here; the store of a table with a name `as` is found as well.
   */
  readonly stores?: readonly (StoreBuilder<StateStore> | string)[];
}

/** Where the record in process was read (Java: `RecordMetadata`). */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** When the punctuations of a schedule are due. */
export interface ScheduleOptions {
  /**
   * The first punctuation is due at this time, the others at whole intervals after it (KIP-1146). Milliseconds since
   * the epoch. With the wall clock, a time in the past stands for the next time of its grid.
   */
  readonly startTime?: number;
}

/** What all contexts of processors have. One context belongs to one processor of one task. */
export interface ProcessingContext {
  /** `<number of the sub-topology>_<partition>`. */
  readonly taskId: string;
  /** The partition of the task. */
  readonly partition: number;
  /**
   * The highest timestamp that the task has processed, the record in process included, in milliseconds. -1 before the
   * first record.
   */
  currentStreamTimeMs(): number;
  /** The wall clock, in milliseconds. */
  currentSystemTimeMs(): number;
  /** undefined in a punctuation and in `init`. */
  recordMetadata(): RecordMetadata | undefined;
  /**
   * A store that the processor names in its `stores`, or a global store. Throws a StreamsError that names both if the
   * processor does not name the store.
   */
  getStateStore<S extends StateStore>(store: StoreBuilder<S>): S;
  getStateStore<S extends StateStore>(store: string): S;
  /**
   * Calls `punctuator` every `interval`, between two records. By stream time the first call comes with the first record,
   * and the next ones at multiples of the interval. By the wall clock it comes after one interval. Calls that were
   * missed are one call. A restart forgets the schedules, so `init` is the place for it.
   */
  schedule(interval: Duration, type: PunctuationType, punctuator: Punctuator, options?: ScheduleOptions): Cancellable;
}

/** The context of a processor (Java: `ProcessorContext`). `KOut` and `VOut` are what it forwards. */
export interface ProcessorContext<KOut, VOut> extends ProcessingContext {
  /**
   * Passes a record to the nodes after this one, in the order of their declaration, each to its end; or only to the
   * node with the name `child`. It may be called any number of times, while a record or a punctuation is in process.
   * Throws a StreamsError that stops the application for a negative timestamp, and if no node after this one has that
   * name.
   */
  forward(record: ForwardedRecord<KOut, VOut>, child?: string): void;
}

/** The context of a processor that keeps the keys (Java: `FixedKeyProcessorContext`). */
export interface FixedKeyProcessorContext<KIn, VOut> extends ProcessingContext {
  /** As `ProcessorContext.forward`, for a record that is a copy of one that was received. */
  forward(record: FixedKeyRecord<KIn, VOut>, child?: string): void;
}

/**
 * Processes the records of one task (Java: `Processor`). What it returns may be a promise: then its task takes no other
 * record until the promise has settled, and the commit waits for it. What it writes and forwards until then is a part
 * of the record, and takes effect once or not at all. If it throws, the record goes to the processing exception
 * handler; what it has written and forwarded before stays, as in Java.
 *
 * ```ts
 * const counts = Stores.keyValueStore<string, number>({ name: 'counts' });
 *
 * class MinuteCounts implements Processor<string, Click, string, number> {
 *   #counts!: KeyValueStore<string, number>;
 *
 *   init(context: ProcessorContext<string, number>): void {
 *     this.#counts = context.getStateStore(counts);
 *     context.schedule('1m', 'wallClockTime', async now => {
 *       for await (const { key, value } of this.#counts.all()) {
 *         context.forward({ key, value, timestamp: now });
 *         this.#counts.delete(key);
 *       }
 *     });
 *   }
 *
 *   readonly process = ({ value: { page } }: ProcessorRecord<string, Click>): void => {
 *     this.#counts.put(page, (this.#counts.get(page) ?? 0) + 1);
 *   };
 * }
 *
 * clicks.process(() => new MinuteCounts(), { stores: [counts] }).to('minute-counts');
 * ```
 */
export interface Processor<KIn, VIn, KOut, VOut> {
  /** Called once before the first record: here it gets its stores and schedules punctuations. */
  init?(context: ProcessorContext<KOut, VOut>): void | Promise<void>;
  /** A property, so that a processor of other records does not compile. A promise that it returns is awaited. */
  readonly process: (record: ProcessorRecord<KIn, VIn>) => unknown;
  /** Called when the task leaves this process, or goes back to its last commit. Stores can't be used any more. */
  close?(): void;
}

/** Processes records and keeps their keys (Java: `FixedKeyProcessor`). See `Processor`. */
export interface FixedKeyProcessor<KIn, VIn, VOut> {
  init?(context: FixedKeyProcessorContext<KIn, VOut>): void | Promise<void>;
  /** See `Processor.process`. */
  readonly process: (record: FixedKeyRecord<KIn, VIn>) => unknown;
  close?(): void;
}

/**
 * Makes the processor of each task: an object, or only its function `process` (Java: `ProcessorSupplier`). It must make a
 * new one at each call. It is called again after an abort, so a processor may have members of its own.
 */
export type ProcessorSupplier<KIn, VIn, KOut, VOut> = (
  context: ProcessorContext<KOut, VOut>,
) => Processor<KIn, VIn, KOut, VOut> | Processor<KIn, VIn, KOut, VOut>['process'];

/** The same for a processor that keeps the keys (Java: `FixedKeyProcessorSupplier`). */
export type FixedKeyProcessorSupplier<KIn, VIn, VOut> = (
  context: FixedKeyProcessorContext<KIn, VOut>,
) => FixedKeyProcessor<KIn, VIn, VOut> | FixedKeyProcessor<KIn, VIn, VOut>['process'];
