import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import type { KeyCodec, StateKey } from '../encoding/state-key.js';
import {
  decodeTimestamped,
  encodeTimestamped,
  timestampedCodec,
  type ValueAndTimestamp,
} from '../encoding/timestamped.js';
import { KeyRows } from './key-rows.js';
import { KeyValueStore } from './key-value-rows.js';
import { timestampedRow } from './queried-row.js';
import { COMPACTED, type KindOfStore, type QueryShape, type StoreShape } from './store-kind.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'keyValue' });
const QUERY: QueryShape = Object.freeze({ kind: 'keyValue', decode: timestampedRow });

/**
 * The latest value of each key. Key: the serialized key. Value: a timestamp and the serialized value. Changelog: one
 * record for each row, compacted.
 */
export class KeyValueKind implements KindOfStore {
  readonly kind = 'keyValue';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = QUERY;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): TimestampedKeyValueStore<K, V> {
    return new TimestampedKeyValueStore(bytes, keys, values);
  }

  /** The same rows, as processors use them (Java: `TimestampedKeyValueStore`). */
  openRows<K, V>(bytes: ByteStore, keys: KeyCodec<K>, values: Codec<V>): KeyValueStore<K, ValueAndTimestamp<V>> {
    return new KeyValueStore(bytes, keys, timestampedCodec(values));
  }
}

/** The rows of one partition of a table: the latest value of each key and its timestamp. */
export class TimestampedKeyValueStore<K, V> extends KeyRows<K, V> {
  get(key: K): ValueAndTimestamp<V> | null {
    return this.getRow(this.stateKeyOf(key));
  }

  getRow(row: StateKey): ValueAndTimestamp<V> | null {
    const bytes = this.bytes.get(row);
    return bytes === null ? null : decodeTimestamped(this.values, bytes);
  }

  /** True if the row is part of a committed transaction. */
  hasCommitted(row: StateKey): boolean {
    return this.bytes.getCommitted(row) !== null;
  }

  /** A null `value` deletes the row. Returns the number of bytes of the encoded value. */
  put(key: K, value: V | null, timestamp: number): number {
    return this.putRow(this.stateKeyOf(key), value, timestamp);
  }

  putRow(row: StateKey, value: V | null, timestamp: number): number {
    const encoded = value === null ? null : encodeTimestamped(this.values, value, timestamp);
    this.bytes.put(row, encoded);
    return encoded?.length ?? 0;
  }

  /** All rows, in the order of the serialized keys. */
  async all(): Promise<{ key: K; value: V; timestamp: number }[]> {
    return (await this.bytes.entries()).map(([row, bytes]) => ({
      key: this.keyOf(row),
      ...decodeTimestamped(this.values, bytes),
    }));
  }
}
