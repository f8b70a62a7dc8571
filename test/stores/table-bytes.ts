import { ByteStore } from '../../stores/bytes/byte-store.js';
import { ENTRY_OVERHEAD_BYTES } from '../../stores/bytes/entry-overhead.js';
import { type Level, StateDatabase } from '../../stores/bytes/state-database.js';
import type { LevelBackend, Storage } from './level-backends.js';

/** Of the clean cache: for three entries. */
export const CLEAN_BYTES = 3 * (ENTRY_OVERHEAD_BYTES + 2);

/** The ByteStore `table`, and what it is on. */
export class TableBytes {
  readonly storage: Storage;
  database: StateDatabase;
  store: ByteStore;

  private constructor(storage: Storage, database: StateDatabase, store: ByteStore) {
    this.storage = storage;
    this.database = database;
    this.store = store;
  }

  static async create(backend: LevelBackend): Promise<TableBytes> {
    const storage = await backend.create();
    const database = await StateDatabase.open(storage.level());
    return new TableBytes(storage, database, await ByteStore.open('table', database, CLEAN_BYTES));
  }

  /** Opens again what is on disk. */
  async reopen(level: Level, cleanBytes: number): Promise<void> {
    this.database = await StateDatabase.open(level);
    this.store = await ByteStore.open('table', this.database, cleanBytes);
  }

  put(key: string, value: string): void {
    this.store.put(key, Buffer.from(value));
  }

  commit(): void {
    this.store.stage();
    this.store.commit();
  }

  async persist(): Promise<void> {
    await persist(this.database, this.store);
  }

  async restore(key: string, value: string): Promise<void> {
    const batch = this.database.batch();
    this.store.restore(batch, key, Buffer.from(value));
    await batch.write();
    this.store.restored();
  }

  async onDisk(): Promise<[string, string][]> {
    const entries: [string, string][] = [];
    for await (const [key, value] of this.database.entries({ from: 'table\0', to: 'table\x01' })) {
      entries.push([key.slice('table\0'.length), value.toString()]);
    }
    return entries;
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.storage.remove();
  }
}

export function text(value: Buffer | null): string | null {
  return value === null ? null : value.toString();
}

/** Writes the committed entries of the store to its database. */
export async function persist(database: StateDatabase, store: ByteStore): Promise<void> {
  const batch = database.batch();
  store.persist(batch);
  await batch.write();
  await store.persisted();
}
