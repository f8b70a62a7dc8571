import { prefixEnd } from '../encoding/state-key.js';
import { ByteStore } from './byte-store.js';
import type { CacheRoom } from './cache-room.js';
import { storeOf } from './key-range.js';
import { PartlyInMemory } from './partly-in-memory.js';
import type { CommittedEntries } from './persist-policy.js';
import { RestoreBatch } from './restore-batch.js';
import { type Level, type StateBatch, StateDatabase } from './state-database.js';
import { UnreadableStateError } from './unreadable-state-error.js';

/** Prefix of the keys of the database that belong to no store. No store may have this name. */
const META = '\0';
const FORMAT_KEY = `${META}format`;
/** The time of all stores, in directories of earlier versions. */
const WRITTEN_KEY = `${META}written`;
/** Prefix of the number of the last batch. Each batch deletes the key of the batch before it. */
const BATCH = `${META}batch\0`;
const offsetKey = (store: string): string => `${META}offset\0${store}`;
const asOfKey = (store: string): string => `${META}asOf\0${store}`;

/**
 * It changes when the bytes on disk change their meaning. A directory of another format is rebuilt from the changelogs.
 */
const FORMAT = '1';

export interface TaskStateOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Memory of each store for entries that it has read from disk. */
  readonly cleanCacheBytes: number;
  /** More of it, for whichever store needs it. */
  readonly cleanCacheRoom?: CacheRoom;
  /** Deletes the data of the level, which is closed. */
  readonly discard: () => Promise<void>;
  /** The stores that are in memory only. They are empty when they are opened. */
  readonly inMemory?: readonly string[];
}

/** The part of its changelog that a store has. */
interface ChangelogPosition {
  readonly offset: number;
  readonly asOf: number;
}

/**
 * The state of one task: its stores on one database. Committed entries are written to disk in one atomic batch,
 * together with the changelog offsets that they reach. So after a crash a process replays the changelogs from there.
 */
export class TaskState implements CommittedEntries {
  readonly #database: StateDatabase;
  readonly #stores = new Map<string, ByteStore>();
  readonly #positions = new Map<string, ChangelogPosition>();
  readonly #discard: () => Promise<void>;
  #lastPersisted: number;
  #persisting: Promise<void> | undefined;
  #batches: number;

  private constructor(database: StateDatabase, options: TaskStateOptions, batches: number) {
    this.#database = database;
    this.#discard = options.discard;
    this.#lastPersisted = options.now;
    this.#batches = batches;
  }

  /**
   * Opens the stores `names` on `level`. Rejects with UnreadableStateError if the state can't be used and must be
   * rebuilt. Rejects with the error of the level if another process has locked it or access is denied.
   */
  static async open(level: Level, names: readonly string[], options: TaskStateOptions): Promise<TaskState> {
    const { inMemory = [] } = options;
    const database = await StateDatabase.open(inMemory.length === 0 ? level : withoutDisk(inMemory, level));
    try {
      const batches = await checkWhole(database);
      const state = new TaskState(database, options, batches);
      for (const name of names) {
        const store = await ByteStore.open(name, database, options.cleanCacheBytes, options.cleanCacheRoom);
        state.#stores.set(name, store);
        const offset = database.get(offsetKey(name));
        const asOf = database.get(asOfKey(name)) ?? database.get(WRITTEN_KEY);
        if (offset === undefined || asOf === undefined) continue;
        state.#positions.set(name, { offset: Number(offset.toString()), asOf: Number(asOf.toString()) });
      }
      return state;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  store(name: string): ByteStore {
    const store = this.#stores.get(name);
    if (store === undefined) throw new Error(`no store ${name} in this task`);
    return store;
  }

  /**
   * The changelog of `store` is on disk up to this offset, not included. undefined if it must be read from its
   * beginning.
   */
  changelogOffset(store: string): number | undefined {
    return this.#positions.get(store)?.offset;
  }

  /**
   * The time, in milliseconds since the epoch, at which the store had everything that its changelog had below its
   * offset. A tombstone that compaction removed after this time may be missing. undefined if there is no offset.
   */
  asOf(store: string): number | undefined {
    return this.#positions.get(store)?.asOf;
  }

  /**
   * Deletes the data of `store` on disk, so that its changelog is read from the beginning. The store must not be in
   * use.
   */
  async discard(store: string): Promise<void> {
    if (this.#positions.delete(store)) {
      // The offset goes first. A store without an offset counts as empty, and is emptied before it is restored.
      const batch = this.#database.batch();
      for (const key of [offsetKey(store), asOfKey(store)]) batch.put(key, null);
      putNumber(batch, ++this.#batches);
      await batch.write();
    }
    await this.store(store).clear();
  }

  /** Ends scans that nobody reads to their end. Call it when no step of the task reads. */
  endScans(): void {
    for (const store of this.#stores.values()) store.endScans();
  }

  stage(): void {
    for (const store of this.#stores.values()) store.stage();
  }

  commit(): void {
    for (const store of this.#stores.values()) store.commit();
  }

  rollback(): void {
    for (const store of this.#stores.values()) store.rollback();
  }

  /** Number of entries in memory, by store. */
  get storeSizes(): readonly { readonly store: string; readonly dirty: number; readonly unpersisted: number }[] {
    return [...this.#stores.values()].map(({ name, dirtyEntries, unpersistedEntries }) => ({
      store: name,
      dirty: dirtyEntries,
      unpersisted: unpersistedEntries,
    }));
  }

  /** Estimate of the memory of uncommitted writes, without those of a transaction that is committing. */
  get dirtyBytes(): number {
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.dirtyBytes;
    return bytes;
  }

  get unpersistedEntries(): number {
    let entries = 0;
    for (const store of this.#stores.values()) entries += store.unpersistedEntries;
    return entries;
  }

  /** Estimate of the memory of entries that Kafka has and the disk does not have yet. */
  get unpersistedBytes(): number {
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.unpersistedBytes;
    return bytes;
  }

  /** Estimate of the memory of all entries that were committed since the last write to disk began. */
  get replayBytes(): number {
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.replayBytes;
    return bytes;
  }

  /** The clock may have been set back. */
  persistedAgeMs(now: number): number {
    return Math.abs(now - this.#lastPersisted);
  }

  /**
   * Writes what is committed, and `offsets` by store: everything of the changelog below them must be committed here.
   * One write at a time: others wait for those before them.
   */
  async persist(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    while (this.#persisting !== undefined) await this.#persisting;
    this.#lastPersisted = now;
    this.#persisting = this.#write(now, offsets).finally(() => {
      this.#persisting = undefined;
    });
    await this.#persisting;
  }

  async #write(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    const stores = [...this.#stores.values()];
    const batch = this.#database.batch();
    for (const store of stores) store.persist(batch);
    putNumber(batch, ++this.#batches);
    for (const [store, offset] of offsets) putPosition(batch, store, { offset, asOf: now });
    await batch.write();
    for (const [store, offset] of offsets) this.#positions.set(store, { offset, asOf: now });
    for (const store of stores) await store.persisted();
  }

  /** A batch for records of the changelog of `store`. */
  restoring(store: string): RestoreBatch {
    const target = this.store(store);
    const batch = this.#database.batch();
    return new RestoreBatch(target, batch, async (offset, asOf) => {
      const position = { offset, asOf };
      putNumber(batch, ++this.#batches);
      putPosition(batch, store, position);
      await batch.write();
      target.restored();
      this.#positions.set(store, position);
    });
  }

  /** Discards state that was found damaged since it was opened. */
  async close(): Promise<void> {
    try {
      await this.#persisting;
    } finally {
      for (const store of this.#stores.values()) store.close();
      await this.#database.close();
      if (this.#database.damaged) await this.#discard();
    }
  }
}

/** The level, which keeps the rows of the stores and their positions in memory. */
function withoutDisk(stores: readonly string[], level: Level): Level {
  const names = new Set(stores);
  const positions = new Set(stores.flatMap(store => [offsetKey(store), asOfKey(store)]));
  return new PartlyInMemory(level, key => names.has(storeOf(key)) || positions.has(key));
}

function putNumber(batch: StateBatch, number: number): void {
  if (number === 1) batch.put(FORMAT_KEY, Buffer.from(FORMAT));
  batch.put(`${BATCH}${number - 1}`, null);
  batch.put(`${BATCH}${number}`, Buffer.alloc(0));
}

function putPosition(batch: StateBatch, store: string, { offset, asOf }: ChangelogPosition): void {
  batch.put(offsetKey(store), Buffer.from(String(offset)));
  batch.put(asOfKey(store), Buffer.from(String(asOf)));
}

/**
 * The number of the last batch. 0 if there is none. Rejects with UnreadableStateError if an earlier batch is missing:
 * LevelDB skips a damaged batch of its log without an error, and applies the batches after it.
 */
async function checkWhole(database: StateDatabase): Promise<number> {
  const format = database.get(FORMAT_KEY)?.toString();
  if (format !== undefined && format !== FORMAT) {
    throw new UnreadableStateError(`written in format ${format}, this version reads ${FORMAT}`);
  }
  const last: number[] = [];
  for await (const [key] of database.entries({ from: BATCH, to: prefixEnd(BATCH) })) {
    last.push(Number(key.slice(BATCH.length)));
  }
  // The format comes with the first batch.
  if (last.length > 1 || (last.length === 1 && format === undefined)) {
    throw new UnreadableStateError('a batch of writes is missing');
  }
  return last[0] ?? 0;
}
