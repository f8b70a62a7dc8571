import type { AuditTotals, HistoryEvent } from './snapshot.js';

/** 15 minutes of samples, one a second. */
const MAX_SAMPLES = 900;

interface Sample {
  readonly at: number;
  readonly totals: AuditTotals;
}

/** The last 15 minutes of the totals. */
export class History {
  #samples: Sample[] = [];

  /** Call it each second in which the totals are current. */
  add(at: number, totals: AuditTotals): void {
    const last = this.#samples.at(-1);
    // The clock was set back. Samples from the future can't be shown in order.
    if (last !== undefined && last.at >= at) this.#samples = this.#samples.filter(sample => sample.at < at);
    this.#samples.push({ at, totals });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }

  get event(): HistoryEvent {
    return {
      at: this.#samples.map(({ at }) => at),
      produced: this.#samples.map(({ totals }) => totals.produced),
      processed: this.#samples.map(({ totals }) => totals.produced - totals.lag),
      lag: this.#samples.map(({ totals }) => totals.lag),
    };
  }
}
