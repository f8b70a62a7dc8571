import type { AbstractLevel } from 'abstract-level';

/**
 * A state key: one character (0-255) for each byte, so that strings compare as their bytes do. As UTF-8 on disk the order
 * stays the same, and keys need no Buffer on their way to LevelDB.
 */
export type StateKey = string;

/** The database of one task, whatever backs it: LevelDB on disk, or memory. */
export type Level = AbstractLevel<string | Buffer | Uint8Array, string, Buffer>;

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

type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** Keys and values of one task on one `Level`, with synchronous reads and atomic batches. */
export class StateDatabase {
  readonly #level: Level;

  private constructor(level: Level) {
    this.#level = level;
  }

  /** Opens `level`, which must have `utf8` keys and `buffer` values. Rejects with its error if it is locked or corrupt. */
  static async open(level: Level): Promise<StateDatabase> {
    await level.open();
    return new StateDatabase(level);
  }

  get(key: StateKey): Buffer | undefined {
    return this.#level.getSync(key);
  }

  /** All of `writes` or none of them, even if the process dies. Not synced: a power failure may take whole batches. */
  async write(writes: Iterable<StateWrite>): Promise<void> {
    const operations: Operation[] = [];
    for (const { key, value } of writes) {
      operations.push(value === null ? { type: 'del', key } : { type: 'put', key, value });
    }
    if (operations.length > 0) await this.#level.batch(operations);
  }

  async clear(range: KeyRange): Promise<void> {
    await this.#level.clear({ gte: range.from, lt: range.to });
  }

  /** Entries of the range in the order of their keys, as of now. */
  entries(range: KeyRange): AsyncIterable<[StateKey, Buffer]> {
    return this.#level.iterator({ gte: range.from, lt: range.to });
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

/** The state key of bytes. */
export function stateKey(bytes: Buffer): StateKey {
  return bytes.toString('latin1');
}

/** The bytes of a state key. */
export function stateKeyBytes(key: StateKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/** The least key that is above every key that starts with `prefix`. */
export function prefixEnd(prefix: StateKey): StateKey {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}
