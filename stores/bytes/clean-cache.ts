import type { StateKey } from '../encoding/state-key.js';
import type { CacheRoom } from './cache-room.js';
import { ENTRY_OVERHEAD_BYTES } from './entry-overhead.js';

/** What a cache takes of the room at once. */
const STEP_BYTES = 250_000;

interface CleanEntry {
  readonly value: Buffer;
  /** Since it was set, or since it was spared. */
  wasRead: boolean;
}

/**
 * The entries that were read from disk most recently. All its entries are on disk. The oldest entry leaves first. One
 * that was read since is spared once (the clock algorithm): so a read does not move its entry.
 */
export class CleanCache {
  readonly #entries = new Map<StateKey, CleanEntry>();
  readonly #ownBytes: number;
  readonly #room: CacheRoom | undefined;
  /** Its own bytes, and what it has taken of the room. */
  #maxBytes: number;
  #bytes = 0;

  /** @param room from which it takes more than its own bytes while there is some */
  constructor(ownBytes: number, room?: CacheRoom) {
    this.#ownBytes = ownBytes;
    this.#maxBytes = ownBytes;
    this.#room = room;
  }

  /** Estimate of the memory that the entries take. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: StateKey): Buffer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.wasRead = true;
    return entry.value;
  }

  /** Has no effect if the entry is larger than the cache. */
  set(key: StateKey, value: Buffer): void {
    this.delete(key);
    const bytes = bytesOf(key, value);
    while (this.#bytes + bytes > this.#maxBytes && this.#room?.take(STEP_BYTES) === true) this.#maxBytes += STEP_BYTES;
    if (bytes > this.#maxBytes) return;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) this.#dropOldest();
    this.#entries.set(key, { value, wasRead: false });
  }

  /** There is an entry. */
  #dropOldest(): void {
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key);
      if (!entry.wasRead) {
        this.#bytes -= bytesOf(key, entry.value);
        return;
      }
      entry.wasRead = false;
      this.#entries.set(key, entry);
    }
  }

  delete(key: StateKey): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= bytesOf(key, entry.value);
    this.#entries.delete(key);
  }

  /** Drops all entries, and gives back what it has taken of the room. */
  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#room?.giveBack(this.#maxBytes - this.#ownBytes);
    this.#maxBytes = this.#ownBytes;
  }
}

function bytesOf(key: StateKey, value: Buffer): number {
  return ENTRY_OVERHEAD_BYTES + key.length + value.length;
}
