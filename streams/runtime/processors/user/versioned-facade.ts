import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { VersionedStore } from '../../../../stores/kinds/versioned.js';
import type { VersionedKeyValueStore, VersionedPut } from '../../../dsl/processor/state-stores.js';
import type { StoreAccess } from './store-access.js';

/** A versioned store, for one processor. */
export class VersionedFacade implements VersionedKeyValueStore<unknown, unknown> {
  readonly name: string;
  readonly #versions: VersionedStore<unknown, unknown>;
  readonly #access: StoreAccess;

  constructor(versions: VersionedStore<unknown, unknown>, access: StoreAccess) {
    this.name = access.name;
    this.#versions = versions;
    this.#access = access;
  }

  put(key: unknown, value: unknown, timestamp: number): VersionedPut {
    this.#access.checkWrite();
    return this.#versions.put(key, value ?? null, timestamp);
  }

  get(key: unknown, asOfTimestamp?: number): ValueAndTimestamp<unknown> | null {
    this.#access.check();
    return asOfTimestamp === undefined ? this.#versions.get(key) : this.#versions.getAsOf(key, asOfTimestamp);
  }

  delete(key: unknown, timestamp: number): ValueAndTimestamp<unknown> | null {
    this.#access.checkWrite();
    return this.#versions.delete(key, timestamp);
  }
}
