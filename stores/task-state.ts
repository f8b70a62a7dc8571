import { ByteStore } from './byte-store.js';
import { RestoreBatch } from './restore-batch.js';
import { type Level, prefixEnd, StateDatabase, type StateWrite } from './state-database.js';
import { UnreadableStateError } from './unreadable-state-error.js';

/** Keys of the database that belong to no store: no store may be named so. */
const META = '\0';
const FORMAT_KEY = `${META}format`;
const WRITTEN_KEY = `${META}written`;
/** The last batch that was written, by its number: its key is deleted by the batch after it. */
const BATCH = `${META}batch\0`;
const offsetKey = (store: string): string => `${META}offset\0${store}`;

/** Grows when the bytes on disk change their meaning. A directory of another format is rebuilt from the changelogs. */
const FORMAT = '1';

export interface FlushPolicy {
  /** Estimate of the memory of committed entries at which they go to disk. */
  readonly maxBytes: number;
  /** Milliseconds after which committed entries go to disk at the latest. */
  readonly maxAgeMs: number;
}

export interface TaskStateOptions {
  readonly policy: FlushPolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What each store may keep in memory of what it has read from disk. */
  readonly cleanCacheBytes: number;
  /** Deletes what is behind the level, which is closed. */
  readonly discard: () => Promise<void>;
}

/**
 * The state of one task: its stores on one database. What Kafka has committed goes to disk in one atomic batch together
 * with the changelog offsets that it reaches to, so a process that died replays the changelogs from there.
 */
export class TaskState {
  readonly #database: StateDatabase;
  readonly #stores = new Map<string, ByteStore>();
  readonly #offsets = new Map<string, number>();
  readonly #policy: FlushPolicy;
  readonly #discard: () => Promise<void>;
  readonly #writtenAt: number | undefined;
  #lastFlush: number;
  #flushing: Promise<void> | undefined;
  #batches: number;

  private constructor(
    database: StateDatabase,
    options: TaskStateOptions,
    writtenAt: number | undefined,
    batches: number,
  ) {
    this.#database = database;
    this.#policy = options.policy;
    this.#discard = options.discard;
    this.#lastFlush = options.now;
    this.#writtenAt = writtenAt;
    this.#batches = batches;
  }

  /**
   * Opens the stores `names` on `level`. Rejects with UnreadableStateError if what is there can't be used and has to
   * be rebuilt; other errors (locked by another process, no permission) are the caller's to report.
   */
  static async open(level: Level, names: readonly string[], options: TaskStateOptions): Promise<TaskState> {
    const database = await StateDatabase.open(level);
    try {
      const written = database.get(WRITTEN_KEY)?.toString();
      const batches = await checkWhole(database);
      const state = new TaskState(database, options, written === undefined ? undefined : Number(written), batches);
      for (const name of names) {
        state.#stores.set(name, new ByteStore(name, database, options.cleanCacheBytes));
        const offset = database.get(offsetKey(name));
        if (offset !== undefined) state.#offsets.set(name, Number(offset.toString()));
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

  /** When the directory was last written, in milliseconds since the epoch; undefined for a new one. */
  get writtenAt(): number | undefined {
    return this.#writtenAt;
  }

  /** The changelog of `store` is on disk up to here, not included; undefined if nothing of the store is on disk. */
  changelogOffset(store: string): number | undefined {
    return this.#offsets.get(store);
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

  /** Entries in memory by store. */
  get storeSizes(): readonly { readonly store: string; readonly dirty: number; readonly unflushed: number }[] {
    return [...this.#stores.values()].map(({ name, dirtyEntries, unflushedEntries }) => ({
      store: name,
      dirty: dirtyEntries,
      unflushed: unflushedEntries,
    }));
  }

  /** Estimate of the memory of what is written and not committed, without what is being committed. */
  get dirtyBytes(): number {
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.dirtyBytes;
    return bytes;
  }

  get unflushedEntries(): number {
    let entries = 0;
    for (const store of this.#stores.values()) entries += store.unflushedEntries;
    return entries;
  }

  flushDue(now: number): boolean {
    if (this.#flushing !== undefined) return false;
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.unflushedBytes;
    return bytes > 0 && (bytes >= this.#policy.maxBytes || now - this.#lastFlush >= this.#policy.maxAgeMs);
  }

  /**
   * Writes what is committed, and `offsets` by store: everything of the changelog below them must be committed here.
   * One flush at a time: others wait for those before them.
   */
  async flush(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    this.#lastFlush = now;
    this.#flushing = this.#write(now, offsets).finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #write(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    const stores = [...this.#stores.values()];
    const batch = ++this.#batches;
    await this.#database.write(
      (function* (): Generator<StateWrite> {
        for (const store of stores) yield* store.flush();
        yield* meta(now, offsets, batch);
      })(),
    );
    for (const [store, offset] of offsets) this.#offsets.set(store, offset);
    for (const store of stores) await store.flushed();
  }

  /** A batch for records of the changelog of `store`. */
  restoring(store: string): RestoreBatch {
    const target = this.store(store);
    const batch = this.#database.batch();
    return new RestoreBatch(target, batch, async (offset, now) => {
      const offsets = new Map([[store, offset]]);
      for (const { key, value } of meta(now, offsets, ++this.#batches)) batch.put(key, value);
      await batch.write();
      target.restored();
      this.#offsets.set(store, offset);
    });
  }

  /** What was found damaged since it was opened is discarded. */
  async close(): Promise<void> {
    try {
      await this.#flushing;
    } finally {
      await this.#database.close();
      if (this.#database.damaged) await this.#discard();
    }
  }
}

function* meta(now: number, offsets: ReadonlyMap<string, number>, batch: number): Generator<StateWrite> {
  if (batch === 1) yield { key: FORMAT_KEY, value: Buffer.from(FORMAT) };
  yield { key: `${BATCH}${batch - 1}`, value: null };
  yield { key: `${BATCH}${batch}`, value: Buffer.alloc(0) };
  yield { key: WRITTEN_KEY, value: Buffer.from(String(now)) };
  for (const [store, offset] of offsets) yield { key: offsetKey(store), value: Buffer.from(String(offset)) };
}

/**
 * Number of the last batch, 0 if there is none. Rejects with UnreadableStateError if another one is missing: LevelDB leaves
 * a damaged batch out of its log without a word, and applies those after it.
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
