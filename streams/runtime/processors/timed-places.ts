import type { StateKey } from '../../../stores/encoding/state-key.js';

/** Where something that waits is found again. */
export interface TimedPlace {
  readonly time: number;
  readonly row: StateKey;
  readonly key: unknown;
}

interface Place extends TimedPlace {
  isGone: boolean;
}

/**
 * Places by time, then by the bytes of the key. Most are added at the end and
 * taken from the beginning.
 */
export class TimedPlaces {
  #places: Place[] = [];
  #gone = 0;
  /** Places before this one are gone. */
  #first = 0;

  /** The first place. undefined if there is none. */
  get first(): TimedPlace | undefined {
    while (this.#places[this.#first]?.isGone) this.#first++;
    return this.#places[this.#first];
  }

  /** The last place. */
  get last(): TimedPlace | undefined {
    return this.#places.at(-1);
  }

  /** The first place that `isBefore` does not hold for. It holds for none after one for which it does not hold. */
  firstAfter(isBefore: (place: TimedPlace) => boolean): TimedPlace | undefined {
    for (let index = this.#indexOf(isBefore); index < this.#places.length; index++) {
      const place = this.#places[index];
      if (place !== undefined && !place.isGone) return place;
    }
    return undefined;
  }

  /** Does nothing if the place is there. */
  add(place: TimedPlace): void {
    const index = this.#indexOf(other => isBefore(other, place));
    const other = this.#places[index];
    if (other !== undefined && other.time === place.time && other.row === place.row) {
      if (!other.isGone) return;
      other.isGone = false;
      this.#gone--;
      this.#first = Math.min(this.#first, index);
      return;
    }
    this.#places.splice(index, 0, { ...place, isGone: false });
    if (index < this.#first) this.#first = index;
  }

  /** Returns false if there is no such place. */
  remove(time: number, row: StateKey): boolean {
    const place = this.#places[this.#indexOf(other => isBefore(other, { time, row }))];
    if (place === undefined || place.isGone || place.time !== time || place.row !== row) return false;
    place.isGone = true;
    this.#gone++;
    // The last place is never gone, so that it is found at once.
    while (this.#places.at(-1)?.isGone) {
      this.#places.pop();
      this.#gone--;
    }
    if (this.#gone > 64 && this.#gone > this.#places.length / 2) this.#clean();
    return true;
  }

  /** The number of places for which `isBefore` holds. */
  #indexOf(isBefore: (place: TimedPlace) => boolean): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = this.#places[middle];
      if (place !== undefined && isBefore(place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #clean(): void {
    this.#places = this.#places.filter(place => !place.isGone);
    this.#gone = 0;
    this.#first = 0;
  }
}

function isBefore(a: Pick<TimedPlace, 'time' | 'row'>, b: Pick<TimedPlace, 'time' | 'row'>): boolean {
  return a.time === b.time ? a.row < b.row : a.time < b.time;
}
