import type { StateKey } from '../encoding/state-key.js';
import type { Entry } from './entry-scan.js';
import { hashOf } from './key-hash.js';
import type { KeyRange } from './key-range.js';
import { RangeScan } from './range-scan.js';
import { SortedKeys } from './sorted-keys.js';
import type { StateCursor } from './state-database.js';
import { WriteLayer } from './write-layer.js';

/**
 * So many keys are added to the sorted ones after the last scan, or as many as there are: to sort them again then costs
 * no more than that.
 */
const MIN_ADDED_KEYS = 1000;

/**
 * The scans of a store that are open, and what they need of its layers: the keys in their order, and layers that were
 * written to disk since a scan began.
 *
 * The keys are sorted when a scan begins, and kept up to date until a layer is cleared. So scans one after another do
 * not sort again, and a store without scans sorts nothing.
 */
export class OpenScans {
  readonly #written: (key: StateKey, hash: number) => Buffer | null | undefined;
  readonly #scans = new Set<RangeScan>();
  /**
   * All keys of the layers, and maybe others. undefined: no scan has begun since a layer was cleared. Never undefined
   * while a scan is open.
   */
  #keys: SortedKeys | undefined;
  /** Number of keys that are added without a scan before the keys are forgotten. */
  #mayAdd = 0;
  /** A layer has been cleared, so most keys may be in no layer. */
  #isOutdated = false;
  /** Layers that open scans may not find on disk. The newest one is the first. */
  #retained: WriteLayer[] = [];

  /** `written`: the write of a key in the layers of the store. undefined if there is none. */
  constructor(written: (key: StateKey, hash: number) => Buffer | null | undefined) {
    this.#written = written;
  }

  /** True if `beforePut` must be called. */
  get followWrites(): boolean {
    return this.#keys !== undefined;
  }

  /** The entries of the ranges, as of the first step: then it begins a scan of each. */
  async *entries(ranges: readonly KeyRange[], begin: (range: KeyRange) => RangeScan): AsyncGenerator<Entry> {
    const scans: RangeScan[] = [];
    try {
      for (const range of ranges) scans.push(begin(range));
      for (const scan of scans) {
        for (let entry = await scan.next(); entry !== undefined; entry = await scan.next()) yield entry;
      }
    } finally {
      await Promise.all(scans.map(scan => this.#end(scan)));
    }
  }

  /** `layers`: all layers of the store. `stored`: its entries on disk, in the direction of the scan. */
  begin(
    layers: readonly WriteLayer[],
    scan: { readonly range: KeyRange; readonly reverse: boolean },
    prefix: StateKey,
    stored: StateCursor | undefined,
  ): RangeScan {
    this.#keys ??= new SortedKeys(keysOf(layers));
    const keys = this.#keys;
    this.#mayAdd = Math.max(MIN_ADDED_KEYS, keys.size);
    const writes = {
      keys: ({ from, to }: KeyRange, reverse: boolean, limit: number) =>
        reverse ? keys.last(from, to, limit) : keys.first(from, to, limit),
      get: (key: StateKey) => this.#get(key, hashOf(key)),
    };
    const begun = new RangeScan(writes, scan, prefix, stored);
    this.#scans.add(begun);
    return begun;
  }

  async #end(scan: RangeScan): Promise<void> {
    this.#scans.delete(scan);
    if (this.#scans.size === 0) this.#forgetRetained();
    await scan.close();
  }

  beforePut(key: StateKey, hash: number): void {
    if (this.#scans.size > 0) {
      const write = this.#get(key, hash);
      for (const scan of this.#scans) scan.keep(key, write);
    }
    if (this.#written(key, hash) !== undefined) return;
    if (this.#mayAdd-- > 0 || this.#scans.size > 0) this.#keys?.add(key);
    else this.#forgetKeys();
  }

  /** Clears a layer that is on disk, or keeps it for open scans. Returns an empty layer. */
  clear(layer: WriteLayer): WriteLayer {
    if (layer.size === 0) return layer;
    if (this.#scans.size > 0) {
      this.#isOutdated = true;
      this.#retained.unshift(layer);
      return new WriteLayer();
    }
    this.#forgetKeys();
    layer.clear();
    return layer;
  }

  /** Drops what has expired from a layer, unless an open scan may read it. */
  dropBelow(layer: WriteLayer, key: StateKey): void {
    if (this.#scans.size > 0) return;
    layer.dropBelow(key);
    this.#keys?.dropBelow(key);
  }

  /** Ends all scans. Their next steps fail. */
  endAll(): void {
    if (this.#scans.size === 0) return;
    for (const scan of this.#scans) scan.abort();
    this.#scans.clear();
    this.#forgetRetained();
  }

  /** Ends all scans, because layers are about to be rolled back. */
  rollback(): void {
    this.endAll();
    this.#forgetKeys();
  }

  #get(key: StateKey, hash: number): Buffer | null | undefined {
    const write = this.#written(key, hash);
    if (write !== undefined) return write;
    for (const layer of this.#retained) {
      const retained = layer.get(key, hash);
      if (retained !== undefined) return retained;
    }
    return undefined;
  }

  /** No scan is open. */
  #forgetRetained(): void {
    this.#retained = [];
    if (this.#isOutdated) this.#forgetKeys();
  }

  #forgetKeys(): void {
    this.#keys = undefined;
    this.#isOutdated = false;
  }
}

function* keysOf(layers: readonly WriteLayer[]): Generator<StateKey> {
  for (const layer of layers) yield* layer.keys();
}
