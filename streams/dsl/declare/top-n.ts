import { TopologyError } from '../graph/graph.js';
import type { Scored } from '../options/scored.js';
import { synchronous } from '../options/synchronous.js';

/** A list is one row, which must fit into one record of the changelog. */
const MOST = 1000;

type List = readonly Scored<unknown>[];

/** The list of the values with the highest scores, as an associative aggregation. Lists are never changed. */
export interface TopAggregation {
  readonly prefix: string;
  initializer(): List;
  aggregator(key: unknown, value: unknown, top: List, timestamp: number): List;
  /** The list of both. Of equal entries, those of `left` come first. */
  merger(key: unknown, left: List, right: List): List;
}

export type Score = { bivarianceHack(key: unknown, value: unknown): number }['bivarianceHack'];

/** Throws a TopologyError if `n` is not a whole number from 1 to 1000. `as`: the name of the store. */
export function topAggregation(n: number, score: Score, as: string): TopAggregation {
  checkN(n, as);
  return Object.freeze<TopAggregation>({
    prefix: 'KSTREAM-TOPN',
    initializer: () => [],
    aggregator(key, value, top, timestamp) {
      const entry = { value, score: scoreOf(score, key, value, as), timestamp };
      let at = top.length;
      for (let before = top[at - 1]; before !== undefined && isBefore(entry, before); before = top[at - 1]) at--;
      if (at < n) return [...top.slice(0, at), entry, ...top.slice(at, n - 1)];
      // It is longer if `n` was greater when the list was written.
      return top.length > n ? top.slice(0, n) : top;
    },
    merger(_key, left, right) {
      const merged: Scored<unknown>[] = [];
      let fromRight = 0;
      for (const entry of left) {
        for (let other = right[fromRight]; other !== undefined && isBefore(other, entry); other = right[fromRight]) {
          merged.push(other);
          fromRight++;
        }
        merged.push(entry);
      }
      return [...merged, ...right.slice(fromRight)].slice(0, n);
    },
  });
}

export function checkN(n: number, as: string): void {
  if (Number.isInteger(n) && n >= 1 && n <= MOST) return;
  throw new TopologyError(`topN ${as}: n must be a whole number from 1 to ${MOST}, not ${String(n)}`);
}

/** Throws a TypeError if the function does not return a finite number. */
export function scoreOf(score: Score, key: unknown, value: unknown, as: string): number {
  const result: unknown = synchronous(score(key, value), 'the score function');
  if (typeof result !== 'number' || !Number.isFinite(result)) {
    const what = typeof result === 'number' || result === null || result === undefined ? result : typeof result;
    throw new TypeError(`the score function of topN ${as} returned ${String(what)}: a score is a finite number`);
  }
  // -0 is the same score as 0, and must look the same.
  return result + 0;
}

/** Entries with the same score and timestamp stay in the order in which they came. */
function isBefore(entry: Scored<unknown>, other: Scored<unknown>): boolean {
  return entry.score > other.score || (entry.score === other.score && entry.timestamp < other.timestamp);
}
