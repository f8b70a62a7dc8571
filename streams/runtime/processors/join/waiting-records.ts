import type { KeyCodec } from '../../../../stores/encoding/state-key.js';
import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { TimeBucketsStore } from '../../../../stores/kinds/time-buckets-store.js';
import { type TimedPlace, TimedPlaces } from '../timed-places.js';

export type Side = 'left' | 'right';

/** One side of a left or outer join whose records may come out alone. */
export interface WaitingSide {
  readonly store: TimeBucketsStore<unknown, unknown>;
  readonly keys: KeyCodec<unknown>;
  /** A record comes out alone when time is above its timestamp by more than this, in milliseconds. */
  readonly waitsMs: number;
}

/** Called for each record that comes out alone. */
export type Release = (side: Side, key: unknown, value: unknown, time: number) => void;

interface Waiting extends WaitingSide {
  readonly side: Side;
  readonly places: TimedPlaces;
}

/**
 * The records of a join that have found no other yet (Java: the `outerJoinStore` of `KStreamKStreamJoin`). The order in
 * which they come out, and when they are looked at, are Java's.
 */
export class WaitingRecords {
  readonly #sides: readonly Waiting[];
  /**
   * If time has not passed what waits since then, nothing has come to its end. It is the least timestamp of the records
   * that wait, or a higher one: that of the last record that was looked at.
   */
  #lookedAt = Number.POSITIVE_INFINITY;

  constructor(sides: Readonly<Partial<Record<Side, WaitingSide>>>) {
    // The right side comes first among equal times.
    this.#sides = (['right', 'left'] as const).flatMap(side => {
      const waiting = sides[side];
      return waiting === undefined ? [] : [{ ...waiting, side, places: new TimedPlaces() }];
    });
  }

  /** Reads the records that wait from the stores. */
  async init(): Promise<void> {
    for (const { store, keys, places } of this.#sides) {
      for (const { key, time } of await store.all()) places.add({ time, key, row: keyToStateKey(keys, key) });
    }
  }

  /** The timestamp of the first record that waits. Infinite if none waits. */
  get earliest(): number {
    return Math.min(...this.#sides.map(({ places }) => places.first?.time ?? Number.POSITIVE_INFINITY));
  }

  /** Infinite if nothing waits. Saved, so that after a restart records come out when they would have without it. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  resume(lookedAt: number): void {
    this.#lookedAt = lookedAt;
  }

  /** False if records of the side do not wait: they need another record. */
  waits(side: Side): boolean {
    return this.#of(side) !== undefined;
  }

  add(side: Side, key: unknown, value: unknown, time: number): void {
    const waiting = this.#of(side);
    if (waiting === undefined) return;
    waiting.store.put(key, time, value);
    waiting.places.add({ time, key, row: keyToStateKey(waiting.keys, key) });
    this.#lookedAt = Math.min(this.#lookedAt, time);
  }

  /** A record of the side has found another. It comes out alone no more. */
  found(side: Side, key: unknown, time: number): void {
    const waiting = this.#of(side);
    if (waiting?.places.remove(time, keyToStateKey(waiting.keys, key))) waiting.store.delete(key, time);
  }

  /** Java looks at them only if something may have come to its end. `waitsMs` is that of the side that looks. */
  mayHaveEnded(time: number, waitsMs: number): boolean {
    return this.#lookedAt + waitsMs < time;
  }

  /** Releases all records that have waited long enough, in the order of their times. */
  release(time: number, release: Release): void {
    let looked = Number.NEGATIVE_INFINITY;
    const open: Waiting[] = [];
    for (;;) {
      const next = earliest(this.#sides.filter(side => !open.includes(side)));
      if (next === undefined) break;
      const [side, place] = next;
      looked = place.time;
      if (place.time + side.waitsMs < time) {
        this.#releaseAll(side, place, release);
        continue;
      }
      open.push(side);
      if (open.length < this.#sides.length) continue;
      if (open.length === 2) looked = this.#after(side, place) ?? looked;
      break;
    }
    // If only one side waits, all of its records were looked at.
    if (open.length === 1) looked = Math.max(looked, open[0]?.places.last?.time ?? looked);
    this.#lookedAt = looked === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : looked;
  }

  #releaseAll({ side, store, places }: Waiting, { key, time, row }: TimedPlace, release: Release): void {
    const values: unknown[] = [];
    for (const entry of store.fetch(key, time, time)) values.push(entry.value);
    places.remove(time, row);
    store.delete(key, time);
    for (const value of values) release(side, key, value, time);
  }

  /** The time of the first record of either side after this one. */
  #after(side: Waiting, place: TimedPlace): number | undefined {
    const times = this.#sides.map(
      other => other.places.firstAfter(candidate => order(other, candidate, side, place) <= 0)?.time ?? Infinity,
    );
    const least = Math.min(...times);
    return least === Infinity ? undefined : least;
  }

  #of(side: Side): Waiting | undefined {
    return this.#sides.find(waiting => waiting.side === side);
  }
}

function earliest(sides: readonly Waiting[]): readonly [Waiting, TimedPlace] | undefined {
  let least: readonly [Waiting, TimedPlace] | undefined;
  for (const side of sides) {
    const { first } = side.places;
    if (first !== undefined && (least === undefined || order(side, first, ...least) < 0)) least = [side, first];
  }
  return least;
}

/** By time, then the right side before the left one, then by the bytes of the key. */
function order(sideA: Waiting, a: TimedPlace, sideB: Waiting, b: TimedPlace): number {
  if (a.time !== b.time) return a.time - b.time;
  if (sideA.side !== sideB.side) return sideA.side === 'right' ? -1 : 1;
  return a.row < b.row ? -1 : a.row > b.row ? 1 : 0;
}
