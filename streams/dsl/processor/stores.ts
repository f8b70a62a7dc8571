import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { KeyValueWithHeadersKind } from '../../../stores/kinds/key-value-with-headers.js';
import type { StoreKind } from '../../../stores/kinds/kinds.js';
import { LruKind } from '../../../stores/kinds/lru.js';
import { PlainKeyValueKind } from '../../../stores/kinds/plain-key-value.js';
import { ProcessorSessionKind } from '../../../stores/kinds/processor-session.js';
import { ProcessorWindowKind } from '../../../stores/kinds/processor-window.js';
import type { RowFormat } from '../../../stores/kinds/store-kind.js';
import { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import { type Duration, milliseconds } from '../../kafka/duration.js';
import { synchronousSerde } from '../options/synchronous.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import type {
  KeyValueStore,
  SessionStore,
  StateStore,
  TimestampedKeyValueStore,
  TimestampedKeyValueStoreWithHeaders,
  TimestampedWindowStore,
  VersionedKeyValueStore,
  WindowStore,
} from './state-stores.js';
import { StoreBuilder } from './store-builder.js';
import type { StoreSpec } from './store-spec.js';

/** How a store of processors is kept. Default serdes: text keys and JSON values. */
export interface StateStoreOptions<K, V> {
  /** Unique in the topology. The changelog is `<application.id>-<name>-changelog`. */
  readonly name: string;
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
  /**
   * False: the store has no changelog. After its directory is lost it is empty, and a process that is killed loses what
   * it has not written to disk yet: up to 30 s. Default: true.
   */
  readonly logging?: boolean;
  /**
   * True: the rows are in memory and not on disk (Java: `Stores.inMemoryKeyValueStore` and the like). A process that
   * starts reads the whole changelog, and without one the store is empty. Default: false.
   */
  readonly inMemory?: boolean;
}

export interface LruStoreOptions<K, V> extends StateStoreOptions<K, V> {
  /** With one entry more, the one that was used least recently is deleted. */
  readonly maxEntries: number;
}

export interface WindowStoreOptions<K, V> extends StateStoreOptions<K, V> {
  /** How long a window is kept after its start, counted from the highest start that was put. Above 0. */
  readonly retention: Duration;
  /** The length of the windows. It only shows in the keys that ranges give. */
  readonly windowSize: Duration;
  /** True: values of the same key and start do not replace each other. Default: false. */
  readonly retainDuplicates?: boolean;
}

export interface SessionStoreOptions<K, V> extends StateStoreOptions<K, V> {
  /** How long a session is kept after its end, counted from the highest end that was put. Above 0. */
  readonly retention: Duration;
}

export interface VersionedStoreOptions<K, V> extends StateStoreOptions<K, V> {
  /** How long a version is kept after it was replaced, counted from the highest timestamp that was put. */
  readonly historyRetention: Duration;
}

/**
 * Declares stores for processors (Java: `Stores`). They are on disk, or with `inMemory` in memory, and have a changelog.
 * A store of one name is one store, whichever processors use it.
 *
 * ```ts
 * const perMinute = Stores.windowStore<string, number>({
 *   name: 'clicks-per-minute',
 *   valueSerde: Serdes.integer(),
 *   windowSize: '1m',
 *   retention: '1h',
 * });
 * const lastOrders = Stores.lruMap<string, Order>({ name: 'last-orders', maxEntries: 10_000 });
 * ```
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
   * Values by key, of the keys that were used most recently (Java: `lruMap`). Throws a TypeError if `maxEntries` is not a
   * positive whole number.
   */
  lruMap: <K = string, V = unknown>(options: LruStoreOptions<K, V>): StoreBuilder<KeyValueStore<K, V>> =>
    builder(options, new LruKind(options.maxEntries)),

  /** Values by key and window start (Java: `windowStoreBuilder` of `persistentWindowStore`). */
  windowStore: <K = string, V = unknown>(options: WindowStoreOptions<K, V>): StoreBuilder<WindowStore<K, V>> =>
    builder(options, windowKind(options, 'plain')),

  /** Values with timestamps by key and window start (Java: `timestampedWindowStoreBuilder`). */
  timestampedWindowStore: <K = string, V = unknown>(
    options: WindowStoreOptions<K, V>,
  ): StoreBuilder<TimestampedWindowStore<K, V>> => builder(options, windowKind(options, 'timestamped')),

  /** Values by key and session (Java: `sessionStoreBuilder` of `persistentSessionStore`). */
  sessionStore: <K = string, V = unknown>(options: SessionStoreOptions<K, V>): StoreBuilder<SessionStore<K, V>> =>
    builder(options, new ProcessorSessionKind({ retentionMs: retentionMs(options), format: 'plain' })),

  /** The versions of the value of each key (Java: `versionedKeyValueStoreBuilder`, KIP-889). */
  versionedKeyValueStore: <K = string, V = unknown>(
    options: VersionedStoreOptions<K, V>,
  ): StoreBuilder<VersionedKeyValueStore<K, V>> => {
    const { name, historyRetention } = options;
    const historyMs = milliseconds(historyRetention, `historyRetention of the store ${name}`);
    const kind = new TimeBucketsKind(Math.max(1, historyMs), historyMs);
    const history = Object.freeze({ ...specOf({ ...options, name: `${name}-history` }, kind), kind });
    return new StoreBuilder({ ...specOf(options, new KeyValueKind()), history });
  },
});

function builder<K, V, S extends StateStore>(options: StateStoreOptions<K, V>, kind: StoreKind): StoreBuilder<S> {
  return new StoreBuilder(specOf(options, kind));
}

function specOf<K, V>(options: StateStoreOptions<K, V>, kind: StoreKind): StoreSpec {
  const { name, keySerde = Serdes.string(), valueSerde = Serdes.json<V>(), logging = true, inMemory = false } = options;
  return {
    name,
    kind,
    keySerde: synchronousSerde(keySerde as Serde<unknown>),
    valueSerde: synchronousSerde(valueSerde as Serde<unknown>),
    logged: logging,
    inMemory,
    cached: false,
  };
}

function windowKind<K, V>(options: WindowStoreOptions<K, V>, format: RowFormat): ProcessorWindowKind {
  const { name, windowSize, retainDuplicates = false } = options;
  const sizeMs = milliseconds(windowSize, `windowSize of the store ${name}`);
  return new ProcessorWindowKind({ retentionMs: retentionMs(options), sizeMs, retainDuplicates, format });
}

function retentionMs({ name, retention }: { readonly name: string; readonly retention: Duration }): number {
  return milliseconds(retention, `retention of the store ${name}`);
}
