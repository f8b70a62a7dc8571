import type { EntryScan } from '../../../stores/bytes/entry-scan.js';
import type { StateKey } from '../../../stores/encoding/state-key.js';
import { TIME_BYTES, timeOf, timePrefix } from '../../../stores/encoding/time-prefix.js';

/** A seek in LevelDB costs as much as looking at this number of entries (measured). */
export const SEEK_WORK = 32;

/** True if a row is of the key whose rows end with `ofKey` after their time. */
export function isRowOfKey(row: StateKey, ofKey: StateKey): boolean {
  return row.length === TIME_BYTES + ofKey.length && row.endsWith(ofKey);
}

/**
 * Goes from window to window, or from bucket to bucket, of one key. State keys begin with the time, so entries of other
 * keys are between two windows of a key. A few of them are read, because that costs less than a seek. After more of
 * them, and in the windows that follow, it seeks.
 */
export class WindowSkip {
  readonly #scan: EntryScan;
  readonly #ofKey: StateKey;
  #window: StateKey = '';
  /** Entries of this window that are read before it seeks. */
  #patience = SEEK_WORK;
  #read = 0;

  constructor(scan: EntryScan, ofKey: StateKey) {
    this.#scan = scan;
    this.#ofKey = ofKey;
  }

  /** Call it after looking at the entry of `row`. True if it has skipped entries. */
  skip(row: StateKey): boolean {
    const window = row.slice(0, TIME_BYTES);
    if (window !== this.#window) {
      if (this.#read < this.#patience) this.#patience = SEEK_WORK;
      this.#window = window;
      this.#read = 0;
    }
    if (++this.#read < this.#patience) return false;
    this.#patience = 1;
    const wanted = window + this.#ofKey;
    this.#scan.seek(row < wanted ? wanted : timePrefix(timeOf(window) + 1));
    return true;
  }
}
