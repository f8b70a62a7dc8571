import type { Writes } from '../encoding/changelog-codec.js';
import { prefixEnd, type StateKey } from '../encoding/state-key.js';
import type { CacheRoom } from './cache-room.js';
import { CleanCache } from './clean-cache.js';
import { type Entry, EntryScan, type LayerEntry, sortedWrites } from './entry-scan.js';
import { EntryTooLargeError } from './entry-too-large-error.js';
import { KeyFilter } from './key-filter.js';
import { hashOf } from './key-hash.js';
import { ALL_KEYS, type KeyRange, prefixedRange, rangeFrom, storePrefix } from './key-range.js';
import { OpenScans } from './open-scans.js';
import type { StateBatch, StateDatabase } from './state-database.js';
import { WriteLayer } from './write-layer.js';

/**
 * The bytes of one store of a task, in layers. A write is `active` until the transaction that it belongs to is staged,
 * `staged` while that transaction commits (the next one may already write), `committed` when Kafka has it, and
 * `persisting` while it goes to disk. So nothing uncommitted reaches the disk, and an aborted transaction is undone by
 * dropping two maps.
 */
export class ByteStore {
  readonly name: string;
  readonly #prefix: StateKey;
  readonly #database: StateDatabase;
  readonly #clean: CleanCache;
  /** Each key is added before it is written to disk. */
  readonly #onDisk: KeyFilter;
  readonly #scans = new OpenScans((key, hash) => this.#written(key, hash));
  #active = new WriteLayer();
  #staged = new WriteLayer();
  #committed = new WriteLayer();
  #persisting = new WriteLayer();
  /** What is committed and may not be on disk, sorted: once for all who read it between two changes. */
  #unpersisted: readonly LayerEntry[] | undefined;
  /**
   * Keys below these have expired: in the active transaction, in the staged one, in committed ones, and on disk. Each
   * bound is at least the next one.
   */
  #expiredBelow: StateKey = '';
  #stagedExpiry: StateKey = '';
  #committedExpiry: StateKey = '';
  #clearedBelow: StateKey = '';
  /** Estimate of the memory of all that has been committed since the last write to disk began. */
  #replayBytes = 0;
  #maxEntryBytes = Number.POSITIVE_INFINITY;

  private constructor(name: string, database: StateDatabase, clean: CleanCache, onDisk: KeyFilter) {
    this.name = name;
    this.#prefix = storePrefix(name);
    this.#database = database;
    this.#clean = clean;
    this.#onDisk = onDisk;
  }

  /** Reads the greatest key that is on disk. */
  static async open(
    name: string,
    database: StateDatabase,
    cleanCacheBytes: number,
    cleanCacheRoom?: CacheRoom,
  ): Promise<ByteStore> {
    const prefix = storePrefix(name);
    const last = await database.lastKey({ from: prefix, to: prefixEnd(prefix) });
    const clean = new CleanCache(cleanCacheBytes, cleanCacheRoom);
    return new ByteStore(name, database, clean, new KeyFilter(last?.slice(prefix.length)));
  }

  /**
   * After this call `put` refuses an entry whose key and value have more bytes than `maxBytes`: its changelog could not
   * take it.
   */
  limitEntries(maxBytes: number): void {
    this.#maxEntryBytes = maxBytes;
  }

  /** Entries written since the last commit that was staged. */
  get dirtyEntries(): number {
    return this.#active.size;
  }

  /** Estimate of the memory of these entries. */
  get dirtyBytes(): number {
    return this.#active.bytes;
  }

  /** Entries that Kafka has and the disk does not have yet. */
  get unpersistedEntries(): number {
    return this.#committed.size;
  }

  /** Estimate of the memory that these entries take. */
  get unpersistedBytes(): number {
    return this.#committed.bytes;
  }

  /**
   * Estimate of the memory of all entries that were committed since the last write to disk began. Those that have
   * expired count too: after a crash the changelog is read from that write on.
   */
  get replayBytes(): number {
    return this.#replayBytes;
  }

  /** Memory of the filter of the keys on disk. */
  get keyFilterBytes(): number {
    return this.#onDisk.bytes;
  }

  get(key: StateKey): Buffer | null {
    return key < this.#expiredBelow ? null : this.#get(key, hashOf(key));
  }

  #get(key: StateKey, hash: number): Buffer | null {
    const value = this.#written(key, hash);
    return value === undefined ? this.#stored(key, hash) : value;
  }

  /** The write of a key in memory. undefined if there is none. */
  #written(key: StateKey, hash: number): Buffer | null | undefined {
    let value = this.#active.get(key, hash);
    if (value === undefined && this.#staged.size > 0) value = this.#staged.get(key, hash);
    return value === undefined ? this.#committedWrite(key, hash) : value;
  }

  /** The value of a key as of the last committed transaction. */
  getCommitted(key: StateKey): Buffer | null {
    if (key < this.#committedExpiry) return null;
    const hash = hashOf(key);
    const value = this.#committedWrite(key, hash);
    return value === undefined ? this.#stored(key, hash) : value;
  }

  #committedWrite(key: StateKey, hash: number): Buffer | null | undefined {
    const value = this.#committed.get(key, hash);
    return value === undefined && this.#persisting.size > 0 ? this.#persisting.get(key, hash) : value;
  }

  #stored(key: StateKey, hash: number): Buffer | null {
    const known = this.#clean.get(key);
    if (known !== undefined) return known;
    // Most keys of some stores are new, for example those of `distinct`. A read of an absent key costs several times as
    // much.
    if (!this.#onDisk.mayContain(key, hash)) return null;
    const read = this.#database.get(this.#prefix + key);
    // An absent key is mostly about to be written, so a cache of absent keys would cost more than it saves.
    if (read === undefined) return null;
    this.#clean.set(key, read);
    return read;
  }

  /**
   * A null `value` deletes the entry. Throws an EntryTooLargeError, and writes nothing, if the entry is above the
   * limit.
   */
  put(key: StateKey, value: Buffer | null): void {
    this.#put(key, hashOf(key), value);
  }

  /** Puts the entry if there is none with this key. Returns false, and writes nothing, if there is one. */
  putIfAbsent(key: StateKey, value: Buffer): boolean {
    const hash = hashOf(key);
    if (key >= this.#expiredBelow && this.#get(key, hash) !== null) return false;
    this.#put(key, hash, value);
    return true;
  }

  #put(key: StateKey, hash: number, value: Buffer | null): void {
    const bytes = key.length + (value === null ? 0 : value.length);
    if (bytes > this.#maxEntryBytes) throw new EntryTooLargeError(this.name, bytes, this.#maxEntryBytes);
    if (this.#scans.followWrites) this.#scans.beforePut(key, hash);
    this.#active.set(key, hash, value);
  }

  /**
   * Lets every entry below `key` expire. An abort brings these entries back, so they are deleted from disk only after
   * the transaction has committed. Expiry is not a write: the changelog does not have it, because the broker lets the
   * records of the topic expire.
   */
  expireBelow(key: StateKey): void {
    if (key > this.#expiredBelow) this.#expiredBelow = key;
  }

  /** Passes the active writes to a transaction that is about to commit: the last write of each key. */
  stage(): Writes & Iterable<LayerEntry> {
    if (this.#staged.size > 0) throw new Error(`store ${this.name}: the transaction before has not ended`);
    const staged = this.#active;
    this.#active = this.#staged;
    this.#staged = staged;
    this.#stagedExpiry = this.#expiredBelow;
    return staged;
  }

  /**
   * The staged transaction has committed. Entries that have expired are dropped, so they are never written to disk.
   */
  commit(): void {
    this.#unpersisted = undefined;
    this.#replayBytes += this.#staged.bytes;
    if (this.#committed.size === 0) {
      const empty = this.#committed;
      this.#committed = this.#staged;
      this.#staged = empty;
    } else {
      this.#committed.setAll(this.#staged);
      this.#staged.clear();
    }
    if (this.#stagedExpiry === this.#committedExpiry) return;
    this.#committedExpiry = this.#stagedExpiry;
    this.#scans.dropBelow(this.#committed, this.#committedExpiry);
  }

  /** Ends scans that nobody reads to their end. While a scan is open, memory has what it may need. */
  endScans(): void {
    this.#scans.endAll();
  }

  /** Undoes everything since the last commit, and ends scans. */
  rollback(): void {
    this.#scans.rollback();
    this.#active.clear();
    this.#staged.clear();
    this.#expiredBelow = this.#committedExpiry;
    this.#stagedExpiry = this.#committedExpiry;
  }

  /** Puts the committed writes into a batch. `persisted` must follow when the batch is on disk. */
  persist(batch: StateBatch): void {
    const persisting = this.#committed;
    this.#committed = this.#persisting;
    this.#persisting = persisting;
    this.#replayBytes = 0;
    persisting.forEach((value, key, hash) => {
      if (key < this.#committedExpiry) return;
      if (value !== null) this.#onDisk.add(key, hash);
      batch.put(this.#prefix + key, value);
    });
  }

  async persisted(): Promise<void> {
    this.#unpersisted = undefined;
    for (const key of this.#persisting.keys()) this.#clean.delete(key);
    this.#persisting = this.#scans.clear(this.#persisting);
    if (this.#committedExpiry > this.#clearedBelow) {
      const to = this.#committedExpiry;
      this.#clean.clear();
      this.#onDisk.forgetBelow(to);
      await this.#database.clear({ from: this.#prefix, to: this.#prefix + to });
      this.#clearedBelow = to;
    }
  }

  /**
   * Writes a record of the changelog to disk. The record is committed. `restored` must be called when the batch is
   * written.
   */
  restore(batch: StateBatch, key: StateKey, value: Buffer | null): void {
    this.#onDisk.assumeUpTo(key);
    batch.put(this.#prefix + key, value);
  }

  /** Deletes everything on disk. Nothing may be in memory. */
  async clear(): Promise<void> {
    this.#clean.clear();
    await this.#database.clear({ from: this.#prefix, to: prefixEnd(this.#prefix) });
  }

  /** Drops entries that queries read from a standby during the restore: they may be out of date. */
  restored(): void {
    this.#clean.clear();
  }

  /** Gives the memory of its cache back. It reads no more. */
  close(): void {
    this.#clean.clear();
  }

  /** All entries in the order of their keys as of now, with the uncommitted writes of this task. */
  async entries(range: KeyRange = ALL_KEYS): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const entry of this.scan(range)) entries.push(entry);
    return entries;
  }

  /**
   * The entries of the range that Kafka has committed, in the order of their keys, or the reverse, as of now. It must be
   * closed.
   */
  scanCommitted(range: KeyRange, { reverse = false } = {}): EntryScan {
    this.#unpersisted ??= sortedWrites([this.#persisting, this.#committed]);
    const live = rangeFrom(range, this.#committedExpiry);
    const stored = this.#database.cursor(prefixedRange(this.#prefix, live), { reverse });
    return new EntryScan(this.#prefix, stored, this.#unpersisted, live, reverse);
  }

  /**
   * Iterates over the entries of the range in the order of their keys, or the reverse, with the uncommitted writes of
   * this task, as of the first step. Later writes do not show. Of several ranges, it iterates over one after another.
   * An end of the loop closes it. A step fails after a `rollback` or `endScans`.
   */
  scan(range: KeyRange | readonly KeyRange[] = ALL_KEYS, { reverse = false } = {}): AsyncGenerator<Entry> {
    return this.#scans.entries([range].flat(), asked => {
      const live = rangeFrom(asked, this.#expiredBelow);
      const stored = this.#onDisk.mayContainFrom(live.from)
        ? this.#database.cursor(prefixedRange(this.#prefix, live), { reverse })
        : undefined;
      const layers = [this.#persisting, this.#committed, this.#staged, this.#active];
      return this.#scans.begin(layers, { range: live, reverse }, this.#prefix, stored);
    });
  }
}
