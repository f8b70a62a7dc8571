import type { StateKey } from '../../../../stores/encoding/state-key.js';
import { type Headers, keptHeaders } from '../../../kafka/record.js';
import { recordBytes } from '../../output/record-collector.js';

interface CachedChange {
  readonly key: unknown;
  readonly oldValue: unknown;
  newValue: unknown;
  timestamp: number;
  headers: Headers;
  /** The size of the new value and the headers. */
  bytes: number;
}

/**
 * Memory of an entry beside its state key and its values: a slot of the map, the object, the live key (measured with
 * Node 20: 250).
 */
const CHANGE_OVERHEAD_BYTES = 250;

type SendChange = (
  row: StateKey,
  key: unknown,
  newValue: unknown,
  oldValue: unknown,
  timestamp: number,
  headers: Headers,
) => void;

/** The updates of a table within one transaction. The last update of each row is sent once, at the commit. */
export class ChangeCache {
  #changes = new Map<StateKey, CachedChange>();
  #bytes = 0;

  /** Estimate of the memory of the updates. A value counts with its serialized size. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps the update. The old value is the value before the first update of the transaction. `valueBytes` is the
   * serialized size of the new value. An old value that is not null counts with the size of the first new value. The
   * headers are those of the last update (Java: the record context of `LRUCacheEntry`).
   */
  put(
    stateKey: StateKey,
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    ofRecord: Headers,
    valueBytes: number,
  ): void {
    const cached = this.#changes.get(stateKey);
    const headers = keptHeaders(ofRecord);
    const bytes = valueBytes + recordBytes(null, null, headers);
    if (cached === undefined) {
      const oldBytes = oldValue === null ? 0 : valueBytes;
      this.#changes.set(stateKey, { key, oldValue, newValue, timestamp, headers, bytes });
      this.#bytes += CHANGE_OVERHEAD_BYTES + stateKey.length + oldBytes + bytes;
      return;
    }
    this.#bytes += bytes - cached.bytes;
    cached.newValue = newValue;
    cached.timestamp = timestamp;
    cached.headers = headers;
    cached.bytes = bytes;
  }

  /** Removes all updates, in the order of their timestamps. */
  drain(send: SendChange): void {
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes].sort(([, a], [, b]) => a.timestamp - b.timestamp);
    this.#changes = new Map();
    this.#bytes = 0;
    for (const [row, { key, newValue, oldValue, timestamp, headers }] of changes) {
      send(row, key, newValue, oldValue, timestamp, headers);
    }
  }
}
