import type { StateKey } from '../../../stores/state-database.js';

interface CachedChange {
  readonly key: unknown;
  readonly oldValue: unknown;
  newValue: unknown;
  timestamp: number;
}

/** The updates of a table within one transaction, the last one of each row: they go downstream once, at the commit. */
export class ChangeCache {
  #changes = new Map<StateKey, CachedChange>();

  /** Keeps the update; the old value is the one before the first update of the transaction. */
  put(stateKey: StateKey, key: unknown, newValue: unknown, oldValue: unknown, timestamp: number): void {
    const cached = this.#changes.get(stateKey);
    if (cached === undefined) {
      this.#changes.set(stateKey, { key, oldValue, newValue, timestamp });
      return;
    }
    cached.newValue = newValue;
    cached.timestamp = timestamp;
  }

  /** Empties it, in the order of the timestamps. */
  drain(send: (key: unknown, newValue: unknown, oldValue: unknown, timestamp: number) => void): void {
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes.values()].sort((a, b) => a.timestamp - b.timestamp);
    this.#changes = new Map();
    for (const { key, newValue, oldValue, timestamp } of changes) send(key, newValue, oldValue, timestamp);
  }
}
