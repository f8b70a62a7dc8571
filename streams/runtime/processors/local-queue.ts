import { type Headers, NO_HEADERS } from '../../kafka/record.js';

/** A record between two nodes of one task, which does not take the repartition topic. */
export interface LocalRecord {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
  readonly headers: Headers;
}

/** First in, first out. It is empty when the record that filled it is completely processed. */
export class LocalQueue {
  #records: LocalRecord[] = [];
  #head = 0;

  get headTimestamp(): number {
    return this.#records[this.#head]?.timestamp ?? Number.POSITIVE_INFINITY;
  }

  push(record: LocalRecord): void {
    // A processor may change the headers later.
    const { headers } = record;
    this.#records.push(headers === NO_HEADERS ? record : { ...record, headers: [...headers] });
  }

  shift(): LocalRecord | undefined {
    const record = this.#records[this.#head];
    if (record === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#records.length) {
      this.#records.length = 0;
      this.#head = 0;
    }
    return record;
  }
}
