import { ByteStore } from './byte-store.js';
import type { Level, StateWrite } from './state-database.js';
import { StateDatabase } from './state-database.js';

/** Keys of the database that belong to no store: no store may be named so. */
const META = '\0';
const FORMAT_KEY = `${META}format`;
const WRITTEN_KEY = `${META}written`;
const offsetKey = (store: string): string => `${META}offset\0${store}`;

/** Grows when the bytes on disk change their meaning. A directory of another format is rebuilt from the changelogs. */
const FORMAT = '1';

export class UnreadableStateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableStateError';
  }
}

export interface FlushPolicy {
  /** Committed entries in memory at which they go to disk. */
  readonly maxEntries: number;
  /** Milliseconds after which committed entries go to disk at the latest. */
  readonly maxAgeMs: number;
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
  readonly #writtenAt: number | undefined;
  #lastFlush: number;
  #flushing: Promise<void> | undefined;

  private constructor(database: StateDatabase, policy: FlushPolicy, now: number, writtenAt: number | undefined) {
    this.#database = database;
    this.#policy = policy;
    this.#lastFlush = now;
    this.#writtenAt = writtenAt;
  }

  /**
   * Opens the stores `names` on `level`. Rejects with UnreadableStateError if what is there can't be used and has to
   * be rebuilt; other errors (locked by another process, no permission) are the caller's to report.
   */
  static async open(
    level: Level,
    names: readonly string[],
    options: { readonly policy: FlushPolicy; readonly now: number; readonly cleanCacheEntries: number },
  ): Promise<TaskState> {
    let database: StateDatabase;
    try {
      database = await StateDatabase.open(level);
    } catch (error) {
      if (isCorruption(error)) throw new UnreadableStateError('LevelDB reports corruption', { cause: error });
      throw error;
    }
    const format = database.get(FORMAT_KEY)?.toString();
    if (format !== undefined && format !== FORMAT) {
      await database.close();
      throw new UnreadableStateError(`written in format ${format}, this version reads ${FORMAT}`);
    }
    const written = database.get(WRITTEN_KEY)?.toString();
    const state = new TaskState(
      database,
      options.policy,
      options.now,
      written === undefined ? undefined : Number(written),
    );
    for (const name of names) {
      state.#stores.set(name, new ByteStore(name, database, options.cleanCacheEntries));
      const offset = database.get(offsetKey(name));
      if (offset !== undefined) state.#offsets.set(name, Number(offset.toString()));
    }
    return state;
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

  /** The changelog of `store` is on disk up to here, not included; undefined if nothing is. */
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

  get dirtyEntries(): number {
    let entries = 0;
    for (const store of this.#stores.values()) entries += store.dirtyEntries;
    return entries;
  }

  flushDue(now: number): boolean {
    if (this.#flushing !== undefined) return false;
    let entries = 0;
    for (const store of this.#stores.values()) entries += store.unflushedEntries;
    return entries > 0 && (entries >= this.#policy.maxEntries || now - this.#lastFlush >= this.#policy.maxAgeMs);
  }

  /**
   * Writes what is committed, and `offsets` by store: everything of the changelog below them must be committed here.
   * One flush at a time; a second call waits for the first.
   */
  async flush(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    await this.#flushing;
    this.#lastFlush = now;
    this.#flushing = this.#write(now, offsets).finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #write(now: number, offsets: ReadonlyMap<string, number>): Promise<void> {
    const stores = [...this.#stores.values()];
    await this.#database.write(
      (function* (): Generator<StateWrite> {
        for (const store of stores) yield* store.flush();
        yield* meta(now, offsets);
      })(),
    );
    for (const [store, offset] of offsets) this.#offsets.set(store, offset);
    for (const store of stores) await store.flushed();
  }

  /** Applies records of the changelog of `store`, which then is on disk up to `offset`. */
  async restore(store: string, writes: Iterable<StateWrite>, offset: number, now: number): Promise<void> {
    const target = this.store(store);
    const offsets = new Map([[store, offset]]);
    await this.#database.write(
      (function* (): Generator<StateWrite> {
        yield* target.restore(writes);
        yield* meta(now, offsets);
      })(),
    );
    this.#offsets.set(store, offset);
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#database.close();
  }
}

function* meta(now: number, offsets: ReadonlyMap<string, number>): Generator<StateWrite> {
  yield { key: FORMAT_KEY, value: Buffer.from(FORMAT) };
  yield { key: WRITTEN_KEY, value: Buffer.from(String(now)) };
  for (const [store, offset] of offsets) yield { key: offsetKey(store), value: Buffer.from(String(offset)) };
}

function isCorruption(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && e.code === 'LEVEL_CORRUPTION') return true;
    if (/corruption/i.test(e.message)) return true;
  }
  return false;
}
