import type { StateKey } from '../encoding/state-key.js';
import type { ByteStore } from './byte-store.js';
import type { StateBatch } from './state-database.js';

/** Of an entry of LevelDB's batch: lengths and pointers. */
const RESTORED_OVERHEAD_BYTES = 50;

/** Records of a store's changelog, which get to disk together with the offset that they reach to. */
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

  /** Estimate of the memory that it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** null deletes. */
  put(key: StateKey, value: Buffer | null): void {
    this.#store.restore(this.#batch, key, value);
    this.#bytes += RESTORED_OVERHEAD_BYTES + key.length + (value?.length ?? 0);
  }

  /** Once; the store is on disk up to `offset` of its changelog then, not included, as of `asOf` (see `TaskState.asOf`). */
  async write(offset: number, asOf: number): Promise<void> {
    await this.#write(offset, asOf);
  }
}
