import { type Headers, keptHeaders } from '../../kafka/record.js';

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
    const headers = keptHeaders(record.headers);
    this.#records.push(headers === record.headers ? record : { ...record, headers });
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
