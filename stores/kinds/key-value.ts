import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { type KeyCodec, type StateKey, stateKeyBytes } from '../encoding/state-key.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from '../encoding/timestamped.js';
import { KeyRows } from './key-rows.js';
import type { ChangelogCleanup, KindOfStore, QueryShape, StoreShape } from './store-kind.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'keyValue' });
const CLEANUP: ChangelogCleanup = Object.freeze({ policy: 'compact' });
const QUERY: QueryShape = Object.freeze({ kind: 'keyValue' });

/**
 * The latest value by key. Layout: serialized key; the value is a timestamp and the serialized value. Changelog: a record for each row,
 * compacted.
 */
export class KeyValueKind implements KindOfStore {
  readonly kind = 'keyValue';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = CLEANUP;
  readonly query = QUERY;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): TimestampedKeyValueStore<K, V> {
    return new TimestampedKeyValueStore(bytes, keys, values);
  }
}

/** The table of one partition: the latest value and its timestamp by key (Java: `TimestampedKeyValueStore`). */
export class TimestampedKeyValueStore<K, V> extends KeyRows<K, V> {
  get(key: K): ValueAndTimestamp<V> | null {
    return this.getRow(this.stateKeyOf(key));
  }

  getRow(row: StateKey): ValueAndTimestamp<V> | null {
    const bytes = this.bytes.get(row);
    return bytes === null ? null : decodeTimestamped(this.values, bytes);
  }

  /** True if Kafka has committed the row. */
  hasCommitted(row: StateKey): boolean {
    return this.bytes.getCommitted(row) !== null;
  }

  /** A null `value` deletes. Returns the bytes of the encoded value. */
  put(key: K, value: V | null, timestamp: number): number {
    return this.putRow(this.stateKeyOf(key), value, timestamp);
  }

  putRow(row: StateKey, value: V | null, timestamp: number): number {
    const encoded = value === null ? null : encodeTimestamped(this.values, value, timestamp);
    this.bytes.put(row, encoded);
    return encoded?.length ?? 0;
  }

  /** In the order of the serialized keys. */
  async all(): Promise<{ key: K; value: V; timestamp: number }[]> {
    return (await this.bytes.entries()).map(([key, bytes]) => ({
      key: this.keys.deserialize(stateKeyBytes(key)),
      ...decodeTimestamped(this.values, bytes),
    }));
  }
}
