import type { Serde } from '../../../dsl/serde/serdes.js';

/** One new aggregate in this number is measured. */
const SAMPLE = 32;
/**
 * A growing aggregate is measured first when it has this number of records, and again each time the number has doubled.
 */
const FIRST_MEASURED = 4;
/** Share of a new measurement in the average. */
const WEIGHT = 1 / 8;

/**
 * Estimates the memory of live aggregates by their serialized size. To serialize each of them for each record would
 * cost more than combining saves. So a sample of new aggregates is measured, and the average is used for the others. An
 * aggregate that grows with its records, such as a list, is measured each time they have doubled. So the estimate is
 * never much less than half of the size.
 */
export class AggregateSize {
  readonly #serde: Serde<unknown>;
  #average: number | undefined;
  #untilSample = 0;

  constructor(serde: Serde<unknown>) {
    this.#serde = serde;
  }

  /** The estimate for an aggregate of one record. */
  ofNew(aggregate: unknown): number {
    if (isSmall(aggregate)) return 0;
    if (this.#average !== undefined && this.#untilSample-- > 0) return this.#average;
    this.#untilSample = SAMPLE - 1;
    const bytes = this.#measure(aggregate);
    this.#average = this.#average === undefined ? bytes : this.#average + (bytes - this.#average) * WEIGHT;
    return bytes;
  }

  /** The estimate for the same aggregate when it has this number of `records`. `before` is the previous estimate. */
  ofGrown(aggregate: unknown, records: number, before: number): number {
    if (records < FIRST_MEASURED || (records & (records - 1)) !== 0 || isSmall(aggregate)) return before;
    return this.#measure(aggregate);
  }

  #measure(aggregate: unknown): number {
    try {
      return this.#serde.serialize(aggregate).length;
    } catch {
      // The error occurs again where the aggregate is sent, and is handled there.
      return 0;
    }
  }
}

/** The size is part of the overhead of an entry. */
function isSmall(aggregate: unknown): boolean {
  return typeof aggregate === 'number' || aggregate === null || aggregate === undefined;
}
