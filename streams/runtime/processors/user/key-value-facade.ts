import type { KeyValueEntry, KeyValueStore as Rows } from '../../../../stores/kinds/key-value-rows.js';
import type { LruStore } from '../../../../stores/kinds/lru.js';
import type { KeyValue } from '../../../dsl/options/key-value.js';
import type { KeyValueStore, StoreIterator } from '../../../dsl/processor/state-stores.js';
import type { Serde } from '../../../dsl/serde/serdes.js';
import type { StoreAccess } from './store-access.js';

/** A store by key, for one processor. */
export class KeyValueFacade implements KeyValueStore<unknown, unknown> {
  readonly name: string;
  readonly #rows: Rows<unknown, unknown> | LruStore<unknown, unknown>;
  readonly #access: StoreAccess;

  constructor(rows: Rows<unknown, unknown> | LruStore<unknown, unknown>, access: StoreAccess) {
    this.name = access.name;
    this.#rows = rows;
    this.#access = access;
  }

  get(key: unknown): unknown {
    this.#access.check();
    return this.#rows.get(key);
  }

  put(key: unknown, value: unknown): void {
    this.#access.checkWrite();
    this.#rows.put(key, value ?? null);
  }

  putIfAbsent(key: unknown, value: unknown): unknown {
    this.#access.checkWrite();
    return this.#rows.putIfAbsent(key, value ?? null);
  }

  putAll(entries: Iterable<KeyValue<unknown, unknown>>): void {
    for (const { key, value } of entries) this.put(key, value);
  }

  delete(key: unknown): unknown {
    this.#access.checkWrite();
    return this.#rows.delete(key);
  }

  range(from: unknown, to: unknown): StoreIterator<unknown, unknown> {
    return this.#entries(this.#rows.range(from, to));
  }

  reverseRange(from: unknown, to: unknown): StoreIterator<unknown, unknown> {
    return this.#entries(this.#rows.range(from, to, { reverse: true }));
  }

  all(): StoreIterator<unknown, unknown> {
    return this.#entries(this.#rows.all());
  }

  reverseAll(): StoreIterator<unknown, unknown> {
    return this.#entries(this.#rows.all({ reverse: true }));
  }

  prefixScan<P>(prefix: P, prefixSerde: Serde<P>): StoreIterator<unknown, unknown> {
    return this.#entries(this.#rows.prefixScan(prefix, prefixSerde));
  }

  #entries(rows: AsyncIterable<KeyValueEntry<unknown, unknown>>): StoreIterator<unknown, unknown> {
    return this.#access.iterate(rows, ([key, value]) => ({ key, value }));
  }
}
