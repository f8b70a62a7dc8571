/** Samples of the totals, as rates and lag over time. */
import { isKnown } from './format.js';

/** @typedef {import('../snapshot.js').HistoryEvent} HistoryEvent */
/** @typedef {import('../snapshot.js').Snapshot} Snapshot */
/** @typedef {{ at: number, produced: number | null, processed: number | null, lag: number | null }} Sample */
/** @typedef {(number | null)[]} Column */
/** @typedef {{ at: number[], produced: Column, processed: Column, lag: Column }} FlowColumns */

const SPAN_MS = 15 * 60_000;
/** Totals change in steps, by commit and by poll. So a rate is taken over this time. */
const RATE_MS = 5000;
/** A longer time between two samples is a gap, if it is also more than three of their intervals. */
const GAP_MS = 5000;

export class FlowHistory {
  /** @type {Sample[]} */
  #samples = [];
  #step = 1000;

  /**
   * Starts again with the samples that the monitor kept. Arrays of different lengths are read up to the shortest one.
   * @param {Partial<HistoryEvent>} history
   */
  replace(history) {
    const [at, produced, processed, lag] = [history.at, history.produced, history.processed, history.lag].map(column =>
      Array.isArray(column) ? column : [],
    );
    this.#samples = [];
    at?.forEach((time, index) => {
      this.#push({
        at: time,
        produced: known(produced?.[index]),
        processed: known(processed?.[index]),
        lag: known(lag?.[index]),
      });
    });
    this.#step = medianStep(this.#samples);
  }

  /**
   * Values are unknown at a moment when the cluster did not answer, because the figures are older. @param {Snapshot}
   * snapshot
   */
  add({ at, audit, cluster }) {
    const current = cluster.up ? audit : null;
    this.#push({
      at,
      produced: known(current?.produced),
      processed: current === null ? null : known(current.produced - current.lag),
      lag: known(current?.lag),
    });
  }

  /**
   * Records a second in and out, and the lag. null where they are unknown, also between samples that are too far apart.
   * @returns {FlowColumns}
   */
  columns() {
    /** @type {FlowColumns} */
    const columns = { at: [], produced: [], processed: [], lag: [] };
    let from = 0;
    this.#samples.forEach((sample, index) => {
      const before = this.#samples[index - 1];
      if (before !== undefined && this.#isGap(before, sample)) {
        push(columns, (before.at + sample.at) / 2, null, null, null);
        from = index;
      }
      while (from < index - 1 && sample.at - (this.#samples[from]?.at ?? 0) > RATE_MS) from++;
      push(columns, sample.at, this.#rate('produced', from, index), this.#rate('processed', from, index), sample.lag);
    });
    return columns;
  }

  /** @param {Sample} sample */
  #push(sample) {
    const last = this.#samples.at(-1);
    if (!isKnown(sample.at) || (last !== undefined && sample.at <= last.at)) return;
    this.#samples.push(sample);
    const oldest = sample.at - SPAN_MS;
    const keep = this.#samples.findIndex(({ at }) => at >= oldest);
    if (keep > 0) this.#samples.splice(0, keep);
  }

  /** @param {Sample} before @param {Sample} after */
  #isGap(before, after) {
    return after.at - before.at > Math.max(GAP_MS, 3 * this.#step);
  }

  /**
   * From the earliest sample since `from` after which the total is always known and never falls.
   * @param {'produced' | 'processed'} total
   * @param {number} from
   * @param {number} to
   * @returns {number | null}
   */
  #rate(total, from, to) {
    const last = this.#samples[to];
    if (last === undefined || last[total] === null) return null;
    let first = last;
    for (let index = to - 1; index >= from; index--) {
      const sample = this.#samples[index];
      if (sample === undefined || sample[total] === null || sample[total] > Number(first[total])) break;
      first = sample;
    }
    if (first === last) return null;
    return (1000 * (last[total] - Number(first[total]))) / (last.at - first.at);
  }
}

/** The last known value. @param {Column} column */
export function latest(column) {
  return column.at(-1) ?? null;
}

/** @param {Column} column */
export function highest(column) {
  return column.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null);
}

/** @param {unknown} value */
function known(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * @param {FlowColumns} columns
 * @param {number} at
 * @param {number | null} produced
 * @param {number | null} processed
 * @param {number | null} lag
 */
function push(columns, at, produced, processed, lag) {
  columns.at.push(at);
  columns.produced.push(produced);
  columns.processed.push(processed);
  columns.lag.push(lag);
}

/** @param {readonly Sample[]} samples */
function medianStep(samples) {
  const steps = samples.slice(1).map((sample, index) => sample.at - (samples[index]?.at ?? sample.at));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 1000;
}
