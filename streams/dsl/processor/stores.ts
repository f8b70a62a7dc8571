import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { KeyValueWithHeadersKind } from '../../../stores/kinds/key-value-with-headers.js';
import type { StoreKind } from '../../../stores/kinds/kinds.js';
import { LruKind } from '../../../stores/kinds/lru.js';
import { PlainKeyValueKind } from '../../../stores/kinds/plain-key-value.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type {
  KeyValueStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedKeyValueStoreWithHeaders,
} from './state-stores.js';
import { StoreBuilder } from './store-builder.js';

/** How a store of processors is kept. Default serdes: text keys and JSON values. */
export interface StateStoreOptions<K, V> {
  /** Unique in the topology. The changelog is `<application.id>-<name>-changelog`. */
  readonly name: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /** False: the store has no changelog, and is empty after its directory is lost. Default: true. */
  readonly logging?: boolean;
}

export interface LruStoreOptions<K, V> extends StateStoreOptions<K, V> {
  /** With one entry more, the one that was used least recently is deleted. */
  readonly maxEntries: number;
}

/**
 * Declares stores for processors (Java: `Stores`). All are on disk, with a changelog. A store of one name is one store,
 * whichever processors use it.
 */
export const Stores = Object.freeze({
  /** Values by key (Java: `keyValueStoreBuilder` of `persistentKeyValueStore`). */
  keyValueStore: <K = string, V = unknown>(options: StateStoreOptions<K, V>): StoreBuilder<KeyValueStore<K, V>> =>
    builder(options, new PlainKeyValueKind()),

  /** Values with timestamps by key (Java: `timestampedKeyValueStoreBuilder`). */
  timestampedKeyValueStore: <K = string, V = unknown>(
    options: StateStoreOptions<K, V>,
  ): StoreBuilder<TimestampedKeyValueStore<K, V>> => builder(options, new KeyValueKind()),

  /** Values with timestamps and headers by key (KIP-1271). */
  timestampedKeyValueStoreWithHeaders: <K = string, V = unknown>(
    options: StateStoreOptions<K, V>,
  ): StoreBuilder<TimestampedKeyValueStoreWithHeaders<K, V>> => builder(options, new KeyValueWithHeadersKind()),

  /**
   * Values by key, of the keys that were used most recently (Java: `lruMap`). Throws a RangeError if `maxEntries` is not
   * a positive whole number.
   */
  lruMap: <K = string, V = unknown>(options: LruStoreOptions<K, V>): StoreBuilder<KeyValueStore<K, V>> =>
    builder(options, new LruKind(options.maxEntries)),
});

function builder<K, V, S extends StateStore>(options: StateStoreOptions<K, V>, kind: StoreKind): StoreBuilder<S> {
  const { name, keySerde = Serdes.string(), valueSerde = Serdes.json<V>(), logging = true } = options;
  return new StoreBuilder({
    name,
    kind,
    keySerde: keySerde as Serde<unknown>,
    valueSerde: valueSerde as Serde<unknown>,
    logged: logging,
    cached: false,
  });
}
