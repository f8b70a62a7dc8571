import type { StoreQueries } from '../../streams/http/served-application.js';
import {
  type AskedKeys,
  type InvalidStateStoreCode,
  InvalidStateStoreError,
  type PageOptions,
  type StoreDescription,
  type StoreEntry,
  type StoreOwner,
  type StorePage,
  type StoreReplicas,
} from '../../streams/index.js';

export const PARTITIONS = 3;
const WINDOW_MS = 60_000;

/**
 * Stores of three partitions, `counts` (key-value), `prices` (versioned), `windows` and `visits` (sessions): a key is in the partition of its last digit, and the key
 * `bad` is none. Each process has its own, with the owners that it knows.
 */
export class FakeStores implements StoreQueries {
  readonly owners: StoreOwner[];
  /** Partitions of which there is a standby here. */
  readonly standbys = new Set<number>();
  /** Where standbys are said to be, by partition. */
  readonly standbyHosts: string[][] = [];
  /** Entries of both stores by partition, in their order. */
  readonly #entries: StoreEntry[][] = Array.from({ length: PARTITIONS }, () => []);
  /** What the next read throws. */
  failure: Error | undefined;
  /** How many entries of a partition one page looks at. */
  looksAt = Number.POSITIVE_INFINITY;
  /** True: pages are read until those who asked for them have gone. */
  readsForEver = false;
  /** Pages that are being read for ever, and those that were given up. */
  reading = 0;
  givenUp = 0;

  constructor(owners: readonly StoreOwner[]) {
    this.owners = [...owners];
  }

  put(key: string, value: unknown, timestamp: number | null = 0): this {
    this.#entries[this.partitionOf('counts', key)]?.push({ key, value, timestamp });
    return this;
  }

  putWindow(key: string, start: number, value: unknown): this {
    const window = { start, end: start + WINDOW_MS };
    this.#entries[this.partitionOf('windows', key)]?.push({ key, window, value, timestamp: start });
    return this;
  }

  putVersion(key: string, timestamp: number, validTo: number | null, value: unknown): this {
    this.#entries[this.partitionOf('prices', key)]?.push({ key, value, timestamp, validTo });
    return this;
  }

  get stores(): readonly StoreDescription[] {
    const local = this.owners.flatMap(({ kind }, partition) => (kind === 'local' ? [partition] : []));
    return [
      { name: 'counts', kind: 'keyValue', partitions: PARTITIONS, local },
      { name: 'windows', kind: 'window', windowSizeMs: WINDOW_MS, partitions: PARTITIONS, local },
      { name: 'prices', kind: 'keyValue', historyRetentionMs: WINDOW_MS, partitions: PARTITIONS, local },
      { name: 'visits', kind: 'session', partitions: PARTITIONS, local },
    ];
  }

  store(name: string): StoreDescription {
    const store = this.stores.find(candidate => candidate.name === name);
    if (store === undefined) throw invalid('UNKNOWN_STORE', `there is no store ${name} to query`);
    return store;
  }

  checkKey(_name: string, text: string): void {
    if (text === 'bad') throw invalid('BAD_KEY', 'not a number');
  }

  partitionOf(name: string, key: string): number {
    this.checkKey(name, key);
    return Number(key.at(-1)) % PARTITIONS || 0;
  }

  async ownerOf(_name: string, partition: number): Promise<StoreOwner> {
    if (this.failure !== undefined) throw this.failure;
    return this.owners[partition] ?? { kind: 'unknown' };
  }

  async replicasOf(_name: string, partition: number): Promise<StoreReplicas> {
    const owner = await this.ownerOf('', partition);
    if (owner.kind === 'local') return { here: 'active', hosts: [] };
    const hosts = [...(owner.kind === 'remote' ? [owner.host] : []), ...(this.standbyHosts[partition] ?? [])];
    return { here: this.standbys.has(partition) ? 'stale' : 'nothing', hosts };
  }

  async get(_name: string, partition: number, key: string, stale = false): Promise<StoreEntry | null> {
    return this.#read(partition, stale).find(entry => entry.key === key && entry.window === undefined) ?? null;
  }

  /** The version of that timestamp. */
  async getAsOf(
    _name: string,
    partition: number,
    key: string,
    time: number,
    stale = false,
  ): Promise<StoreEntry | null> {
    return this.#read(partition, stale).find(entry => entry.key === key && entry.timestamp === time) ?? null;
  }

  async versions(
    _name: string,
    partition: number,
    key: string,
    { from = 0, to = Number.MAX_SAFE_INTEGER }: { readonly from?: number; readonly to?: number },
    options: PageOptions,
  ): Promise<StorePage> {
    const within = (entry: StoreEntry): boolean =>
      entry.key === key && (entry.timestamp ?? 0) >= from && (entry.timestamp ?? 0) <= to;
    return await this.#page(partition, within, options);
  }

  async range(
    _name: string,
    partition: number,
    { from, to, prefix = '' }: { readonly from?: string; readonly to?: string; readonly prefix?: string },
    options: PageOptions,
  ): Promise<StorePage> {
    const within = ({ key, window }: StoreEntry): boolean =>
      window === undefined &&
      String(key) >= (from ?? '') &&
      (to === undefined || String(key) <= to) &&
      String(key).startsWith(prefix);
    return await this.#page(partition, within, options);
  }

  async windows(
    _name: string,
    partition: number,
    { from = 0, to = Number.MAX_SAFE_INTEGER, ...keys }: AskedKeys & { from?: number; to?: number },
    options: PageOptions,
  ): Promise<StorePage> {
    const within = (entry: StoreEntry): boolean =>
      entry.window !== undefined && isOf(keys, entry) && entry.window.start >= from && entry.window.start <= to;
    return await this.#page(partition, within, options);
  }

  async sessions(
    _name: string,
    partition: number,
    { earliestEnd = 0, latestStart = Number.MAX_SAFE_INTEGER, ...keys }: AskedKeys & SessionTimes,
    options: PageOptions,
  ): Promise<StorePage> {
    const within = (entry: StoreEntry): boolean =>
      entry.window !== undefined &&
      isOf(keys, entry) &&
      entry.window.end >= earliestEnd &&
      entry.window.start <= latestStart;
    return await this.#page(partition, within, options);
  }

  async #page(partition: number, within: (entry: StoreEntry) => boolean, options: PageOptions): Promise<StorePage> {
    const { limit, after, stale, signal } = options;
    const entries = options.reverse ? [...this.#read(partition, stale)].reverse() : this.#read(partition, stale);
    if (this.readsForEver && signal !== undefined) {
      this.reading++;
      await new Promise(resolve => signal.addEventListener('abort', resolve));
      this.givenUp++;
      signal.throwIfAborted();
    }
    if (after !== undefined && !/^\d+$/.test(after)) throw invalid('BAD_CURSOR', 'not a cursor');
    const found: StoreEntry[] = [];
    let at = Number(after ?? 0);
    for (let looked = 0; at < entries.length; at++, looked++) {
      const entry = entries[at];
      if (entry === undefined || looked >= this.looksAt) break;
      if (within(entry) && found.push(entry) > limit) break;
    }
    return { entries: found.slice(0, limit), next: at < entries.length ? String(at) : null };
  }

  #read(partition: number, stale = false): readonly StoreEntry[] {
    const isHere = this.owners[partition]?.kind === 'local' || (stale && this.standbys.has(partition));
    if (!isHere) throw invalid('NOT_HERE', `partition ${partition} is not here`);
    return this.#entries[partition] ?? [];
  }
}

interface SessionTimes {
  readonly earliestEnd?: number;
  readonly latestStart?: number;
}

function isOf({ key, keyFrom = '', keyTo }: AskedKeys, entry: StoreEntry): boolean {
  if (key !== undefined) return entry.key === key;
  return String(entry.key) >= keyFrom && (keyTo === undefined || String(entry.key) <= keyTo);
}

function invalid(code: InvalidStateStoreCode, message: string): InvalidStateStoreError {
  return new InvalidStateStoreError(code, message);
}
