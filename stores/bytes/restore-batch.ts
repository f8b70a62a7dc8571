import type { StateKey } from '../encoding/state-key.js';
import type { ByteStore } from './byte-store.js';
import type { StateBatch } from './state-database.js';

/** Lengths and pointers of an entry in a batch of LevelDB. */
const RESTORED_OVERHEAD_BYTES = 50;

/** Records of the changelog of a store. They are written to disk together with their end offset. */
export class RestoreBatch {
  readonly #store: ByteStore;
  readonly #batch: StateBatch;
  readonly #write: (offset: number, asOf: number) => Promise<void>;
  #bytes = 0;

  constructor(store: ByteStore, batch: StateBatch, write: (offset: number, asOf: number) => Promise<void>) {
    this.#store = store;
    this.#batch = batch;
    this.#write = write;
  }

  /** Estimate of its memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A null value deletes the row. */
  put(key: StateKey, value: Buffer | null): void {
    this.#store.restore(this.#batch, key, value);
    this.#bytes += RESTORED_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
  }

  /**
   * May be called once. After it the store is on disk up to `offset` of its changelog, not included, as of `asOf` (see
   * `TaskState.asOf`).
   */
  async write(offset: number, asOf: number): Promise<void> {
    await this.#write(offset, asOf);
  }
}
