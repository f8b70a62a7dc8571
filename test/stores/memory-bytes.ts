import { MemoryLevel } from 'memory-level';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { persist } from './table-bytes.js';

/** A ByteStore in memory, for tests of what is built on it. */
export class MemoryBytes {
  readonly #database: StateDatabase;
  readonly store: ByteStore;

  private constructor(database: StateDatabase, store: ByteStore) {
    this.#database = database;
    this.store = store;
  }

  static async create(): Promise<MemoryBytes> {
    const database = await StateDatabase.open(new MemoryLevel({ valueEncoding: 'buffer', storeEncoding: 'buffer' }));
    return new MemoryBytes(database, await ByteStore.open('rows', database, 0));
  }

  commit(): void {
    this.store.stage();
    this.store.commit();
  }

  /** What is written is on disk after it. */
  async persist(): Promise<void> {
    this.commit();
    await persist(this.#database, this.store);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** The entries of a range. */
export async function listed<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}
