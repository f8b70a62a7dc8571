import type { StateKey } from '../encoding/state-key.js';
import { StateAccessError } from './state-access-error.js';
import { UnreadableStateError } from './unreadable-state-error.js';

/** What is needed of the database of one task, whatever backs it: a level of `utf8` keys and `buffer` values, on disk or in memory. */
export interface Level {
  open(): Promise<void>;
  getSync(key: string): Buffer | undefined;
  batch(): LevelBatch;
  clear(range: { readonly gte: string; readonly lt: string }): Promise<void>;
  iterator(range: { readonly gte: string; readonly lt: string; readonly reverse?: boolean }): LevelIterator;
  close(): Promise<void>;
}

/** Goes through a range as of its creation. */
export interface LevelIterator extends AsyncIterable<[string, Buffer]> {
  /** undefined: there are no more. */
  next(): Promise<[string, Buffer] | undefined>;
  /** `next` gives the first entry of the range at `key` or behind it. */
  seek(key: string): void;
  close(): Promise<void>;
}

export interface StateWrite {
  readonly key: StateKey;
  /** null deletes. */
  readonly value: Buffer | null;
}

/** Keys from `from` (inclusive) to `to` (exclusive). */
export interface KeyRange {
  readonly from: StateKey;
  readonly to: StateKey;
}

/** A chained batch: a third of what an array of operations costs the thread that makes it (1.4 us an entry, measured). */
export interface LevelBatch {
  put(key: string, value: Buffer): unknown;
  del(key: string): unknown;
  /** All of it or nothing. */
  write(): Promise<void>;
}

/**
 * Keys and values of one task on one `Level`, with synchronous reads and atomic batches. Where the bytes on disk are damaged its
 * calls fail with UnreadableStateError, and where the disk refuses with StateAccessError.
 */
export class StateDatabase {
  readonly #level: Level;
  #damaged = false;
  /** Of the first write that failed. */
  #writeError: Error | undefined;

  private constructor(level: Level) {
    this.#level = level;
  }

  /** Opens `level`. Rejects with its own error if it is locked, or may not be used. */
  static async open(level: Level): Promise<StateDatabase> {
    try {
      await level.open();
    } catch (error) {
      if (isCorruption(error)) throw corruption(error);
      throw error;
    }
    return new StateDatabase(level);
  }

  /** Corruption was met since it was opened: LevelDB does not look at a block before it needs it. */
  get damaged(): boolean {
    return this.#damaged;
  }

  get(key: StateKey): Buffer | undefined {
    try {
      return this.#level.getSync(key);
    } catch (error) {
      throw this.#checked(error);
    }
  }

  /**
   * All of `writes` or none of them, even if the process dies. Not synced: a power failure may take whole batches. After a write
   * that failed all others do, until it is opened again: LevelDB's log may hold half a batch, and would lose what follows it.
   */
  async write(writes: Iterable<StateWrite>): Promise<void> {
    const batch = this.batch();
    for (const { key, value } of writes) batch.put(key, value);
    await batch.write();
  }

  /** A batch to be filled bit by bit; it is written as `write` writes. Throws after a write that failed. */
  batch(): StateBatch {
    if (this.#writeError !== undefined) throw this.#writeError;
    try {
      return new StateBatch(this.#level.batch(), write => this.#change(write));
    } catch (error) {
      throw this.#writeFailed(error);
    }
  }

  /** Deletes the keys of the range. Fails after a write that failed, as a write does. */
  async clear(range: KeyRange): Promise<void> {
    await this.#change(() => this.#level.clear({ gte: range.from, lt: range.to }));
  }

  async #change(change: () => Promise<void>): Promise<void> {
    if (this.#writeError !== undefined) throw this.#writeError;
    try {
      await change();
    } catch (error) {
      throw this.#writeFailed(error);
    }
  }

  #writeFailed(error: unknown): Error {
    this.#writeError = this.#checked(error);
    return this.#writeError;
  }

  /** Entries of the range in the order of their keys, as of now. */
  entries(range: KeyRange): AsyncIterable<[StateKey, Buffer]> {
    return entriesOf(this.cursor(range));
  }

  /** The same, to be gone through step by step, and closed. */
  cursor(range: KeyRange): StateCursor {
    return this.#cursor(range, false);
  }

  /**
   * The greatest key of the range; undefined if there is none. LevelDB skips a damaged block and says so at the end of an iterator only, so
   * what lies above the key is gone through to its end: a key that is lost in such a block is an error, and not absent.
   */
  async lastKey(range: KeyRange): Promise<StateKey | undefined> {
    const backward = this.#cursor(range, true);
    let last: StateKey | undefined;
    try {
      last = (await backward.next())?.[0];
    } finally {
      await backward.close();
    }
    if (last === undefined) return undefined;
    for await (const [key] of this.entries({ from: `${last}\0`, to: range.to })) last = key;
    return last;
  }

  #cursor(range: KeyRange, reverse: boolean): StateCursor {
    try {
      const iterator = this.#level.iterator({ gte: range.from, lt: range.to, reverse });
      return new StateCursor(iterator, range, error => this.#checked(error));
    } catch (error) {
      throw this.#checked(error);
    }
  }

  #checked(error: unknown): Error {
    if (!isCorruption(error)) return new StateAccessError(`LevelDB: ${messageOf(error)}`, { cause: error });
    this.#damaged = true;
    return corruption(error);
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

/**
 * Writes of a database that are to get to disk together. Unlike those of a list they are handed over one by one, and leave the
 * collector nothing: with a list a restore took a quarter longer (measured).
 */
export class StateBatch {
  readonly #batch: LevelBatch;
  readonly #change: (write: () => Promise<void>) => Promise<void>;

  constructor(batch: LevelBatch, change: (write: () => Promise<void>) => Promise<void>) {
    this.#batch = batch;
    this.#change = change;
  }

  /** null deletes. */
  put(key: StateKey, value: Buffer | null): void {
    if (value === null) this.#batch.del(key);
    else this.#batch.put(key, value);
  }

  /** Once. */
  async write(): Promise<void> {
    await this.#change(() => this.#batch.write());
  }
}

/** Goes through a range of a database as of its creation. */
export class StateCursor {
  readonly #iterator: LevelIterator;
  readonly #range: KeyRange;
  readonly #checked: (error: unknown) => Error;
  #ended = false;

  constructor(iterator: LevelIterator, range: KeyRange, checked: (error: unknown) => Error) {
    this.#iterator = iterator;
    this.#range = range;
    this.#checked = checked;
  }

  /** undefined: there are no more. */
  async next(): Promise<[StateKey, Buffer] | undefined> {
    if (this.#ended) return undefined;
    try {
      return await this.#iterator.next();
    } catch (error) {
      throw this.#checked(error);
    }
  }

  /**
   * Goes on at the first entry of the range at `key` or behind it. LevelDB never seeks out of the range: classic-level 3.0.0 takes
   * what lies before it for its end, and in an empty database it ends the process with a failed assertion.
   */
  seek(key: StateKey): void {
    this.#ended = key >= this.#range.to;
    if (this.#ended) return;
    try {
      this.#iterator.seek(key > this.#range.from ? key : this.#range.from);
    } catch (error) {
      throw this.#checked(error);
    }
  }

  async close(): Promise<void> {
    await this.#iterator.close();
  }
}

async function* entriesOf(cursor: StateCursor): AsyncGenerator<[StateKey, Buffer]> {
  try {
    for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) yield entry;
  } finally {
    await cursor.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function corruption(cause: unknown): UnreadableStateError {
  return new UnreadableStateError('LevelDB reports corruption', { cause });
}

/** A table that is too short is read beyond its end: to LevelDB that is an argument which is not valid. */
const DAMAGE = /corruption|\.ldb: Invalid argument/i;

/** True if it says, or its cause does, that bytes on disk are damaged. */
export function isCorruption(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && e.code === 'LEVEL_CORRUPTION') return true;
    if (DAMAGE.test(e.message)) return true;
  }
  return false;
}
