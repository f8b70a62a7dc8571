import type { StateKey } from '../../../../stores/encoding/state-key.js';

interface CachedChange {
  readonly key: unknown;
  readonly oldValue: unknown;
  newValue: unknown;
  timestamp: number;
  /** Of the new value. */
  bytes: number;
}

/** What an entry takes beside its state key and its values: a slot of the map, the object, the live key (measured with Node 20: 250). */
const CHANGE_OVERHEAD_BYTES = 250;

/** The updates of a table within one transaction, the last one of each row: they go downstream once, at the commit. */
export class ChangeCache {
  #changes = new Map<StateKey, CachedChange>();
  #bytes = 0;

  /** Estimate of the memory that the updates take. Values are taken to be as large as they are when they are serialized. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps the update; the old value is the one before the first update of the transaction. `valueBytes`: of the new value when it is serialized; an old
   * value that is not null is taken to be as large as the first new one.
   */
  put(
    stateKey: StateKey,
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    valueBytes: number,
  ): void {
    const cached = this.#changes.get(stateKey);
    if (cached === undefined) {
      const oldBytes = oldValue === null ? 0 : valueBytes;
      this.#changes.set(stateKey, { key, oldValue, newValue, timestamp, bytes: valueBytes });
      this.#bytes += CHANGE_OVERHEAD_BYTES + stateKey.length + oldBytes + valueBytes;
      return;
    }
    this.#bytes += valueBytes - cached.bytes;
    cached.newValue = newValue;
    cached.timestamp = timestamp;
    cached.bytes = valueBytes;
  }

  /** Empties it, in the order of the timestamps. */
  drain(send: (row: StateKey, key: unknown, newValue: unknown, oldValue: unknown, timestamp: number) => void): void {
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes].sort(([, a], [, b]) => a.timestamp - b.timestamp);
    this.#changes = new Map();
    this.#bytes = 0;
    for (const [row, { key, newValue, oldValue, timestamp }] of changes) send(row, key, newValue, oldValue, timestamp);
  }
}
