import type { TimestampedKeyValueStore } from '../../../stores/kinds/key-value.js';
import type { ConsumerRecord } from '../../kafka/record.js';

/** Fills a global store with the records of its topic, one after the other. Must be synchronous. */
export interface GlobalProcessor {
  /** Returns false if the record is dropped. */
  process(key: unknown, value: unknown, record: ConsumerRecord): boolean;
  close(): void;
}

/** Keeps the newest value of each key, as a global table does (Java: `KTableSource`). */
export class GlobalTableProcessor implements GlobalProcessor {
  readonly #rows: TimestampedKeyValueStore<unknown, unknown>;

  constructor(rows: TimestampedKeyValueStore<unknown, unknown>) {
    this.#rows = rows;
  }

  process(key: unknown, value: unknown, { timestamp }: ConsumerRecord): boolean {
    if (key === null || key === undefined) return false;
    this.#rows.put(key, value ?? null, timestamp);
    return true;
  }

  close(): void {}
}
