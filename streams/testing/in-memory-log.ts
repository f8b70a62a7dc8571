import type { ConsumerRecord } from '../kafka/record.js';

/** The records of one transaction in a log. It is open until its marker is written. */
export interface LogTransaction {
  state: 'open' | 'committed' | 'aborted';
}

interface Entry {
  /** null: a transaction marker. */
  readonly record: ConsumerRecord | null;
  readonly transaction: LogTransaction | undefined;
}

/** One partition of a broker: markers take offsets, and read_committed ends at the first open transaction. */
export class InMemoryLog {
  readonly topic: string;
  readonly partition: number;
  readonly #entries: Entry[] = [];
  #low = 0;
  #stable = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** The log start offset. */
  get low(): number {
    return this.#low;
  }

  /** The high watermark. */
  get high(): number {
    return this.#entries.length;
  }

  /** The last stable offset. */
  get stable(): number {
    while (this.#stable < this.high && this.#entries[this.#stable]?.transaction?.state !== 'open') this.#stable++;
    return this.#stable;
  }

  append(
    record: Omit<ConsumerRecord, 'topic' | 'partition' | 'offset'>,
    transaction: LogTransaction | undefined,
  ): ConsumerRecord {
    const { topic, partition } = this;
    const placed = { ...record, topic, partition, offset: this.high };
    this.#entries.push({ record: placed, transaction });
    return placed;
  }

  /** Deletes the records below `offset`, as retention does (Java: `Admin.deleteRecords`). */
  deleteRecords(offset: number): void {
    this.#low = Math.max(this.#low, Math.min(offset, this.high));
  }

  appendMarker(): void {
    this.#entries.push({ record: null, transaction: undefined });
  }

  /**
   * What read_committed reads from `offset` on, at most `max` records, and the offset after the last one it has passed.
   */
  read(offset: number, max: number): { readonly records: readonly ConsumerRecord[]; readonly next: number } {
    const { stable } = this;
    const records: ConsumerRecord[] = [];
    let next = Math.max(offset, this.#low);
    for (; next < stable && records.length < max; next++) {
      const entry = this.#entries[next];
      if (entry?.record != null && entry.transaction?.state !== 'aborted') records.push(entry.record);
    }
    return { records, next };
  }

  /** All existing committed records. */
  get committed(): readonly ConsumerRecord[] {
    return this.read(0, Number.POSITIVE_INFINITY).records;
  }
}
