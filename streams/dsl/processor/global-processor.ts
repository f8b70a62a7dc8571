import type { RecordMetadata } from './processor.js';
import type { ProcessorRecord } from './processor-record.js';
import type { StateStore, StoreBuilder } from './store-builder.js';

/** The context of the processor of a global store. It forwards nothing and schedules nothing, as in Java. */
export interface GlobalProcessorContext {
  /** The wall clock, in milliseconds. */
  currentSystemTimeMs(): number;
  /** undefined in `init`. */
  recordMetadata(): RecordMetadata | undefined;
  /** The global store. Throws a StreamsError for any other name. */
  getStateStore<S extends StateStore>(store: StoreBuilder<S>): S;
  getStateStore<S extends StateStore>(store: string): S;
}

/**
 * Fills a global store with the records of its topic (Java: `Processor<KIn, VIn, Void, Void>`). It must be synchronous.
 *
 * ```ts
 * const rates = Stores.keyValueStore<string, number>({ name: 'rates', logging: false });
 * builder.addGlobalStore<string, { readonly currency: string; readonly rate: number }>(
 *   rates,
 *   'rates',
 *   {},
 *   context => record => {
 *     if (record.value !== null) context.getStateStore(rates).put(record.value.currency, record.value.rate);
 *   },
 * );
 * ```
 */
export interface GlobalProcessor<K, V> {
  /** Called once before the first record. */
  init?(context: GlobalProcessorContext): void;
  readonly process: (record: ProcessorRecord<K, V>) => unknown;
  close?(): void;
}

/** Makes the processor of a process: an object, or only its function `process`. */
export type GlobalProcessorSupplier<K, V> = (
  context: GlobalProcessorContext,
) => GlobalProcessor<K, V> | GlobalProcessor<K, V>['process'];
