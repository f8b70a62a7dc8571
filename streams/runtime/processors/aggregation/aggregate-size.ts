import type { Serde } from '../../../dsl/serde/serdes.js';

/** Of so many new aggregates one is measured. */
const SAMPLE = 32;
/** An aggregate that grows is measured first when it is made of so many records, and again each time they have doubled. */
const FIRST_MEASURED = 4;
/** Share of a new measurement in the average. */
const WEIGHT = 1 / 8;

/**
 * Estimates what live aggregates take in memory, by the bytes that they have when they are serialized. To serialize each of them for each record would
 * cost more than to combine them saves. So of new ones a sample is measured, the others are taken to be of the average size, and one
 * that becomes larger with its records, a list, is measured each time they have doubled: it is never estimated at much less than half.
 */
export class AggregateSize {
  readonly #serde: Serde<unknown>;
  #average: number | undefined;
  #untilSample = 0;

  constructor(serde: Serde<unknown>) {
    this.#serde = serde;
  }

  /** Of an aggregate of one record. */
  ofNew(aggregate: unknown): number {
    if (isSmall(aggregate)) return 0;
    if (this.#average !== undefined && this.#untilSample-- > 0) return this.#average;
    this.#untilSample = SAMPLE - 1;
    const bytes = this.#measure(aggregate);
    this.#average = this.#average === undefined ? bytes : this.#average + (bytes - this.#average) * WEIGHT;
    return bytes;
  }

  /** Of the same one, when it is made of `records`; `before` is what it was estimated at. */
  ofGrown(aggregate: unknown, records: number, before: number): number {
    if (records < FIRST_MEASURED || (records & (records - 1)) !== 0 || isSmall(aggregate)) return before;
    return this.#measure(aggregate);
  }

  #measure(aggregate: unknown): number {
    try {
      return this.#serde.serialize(aggregate).length;
    } catch {
      // It is met again where the aggregate is sent, and handled there.
      return 0;
    }
  }
}

/** What it takes is part of the entry. */
function isSmall(aggregate: unknown): boolean {
  return typeof aggregate === 'number' || aggregate === null || aggregate === undefined;
}
