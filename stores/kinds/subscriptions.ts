import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import { type KeyCodec, type StateKey, stateKey, stateKeyBytes } from '../encoding/state-key.js';
import { COMPACTED, type KindOfStore, NOT_QUERIED, type StoreShape } from './store-kind.js';
import { TimeBucketsStore } from './time-buckets-store.js';

/** All hashes are in one bucket. */
const HASHES = 2 ** 32;
const SHAPE: StoreShape = Object.freeze({ kind: 'subscriptions' });

/** A row of the left table of a foreign-key join, for the row of the right table that it refers to. */
export interface Subscription {
  /** The key of the left row. */
  readonly row: StateKey;
  /** The hash of the left value. */
  readonly hash: Buffer;
}

/**
 * Which rows of the left table refer to each key of the right one, for foreign-key joins. The subscriptions of a key lie
 * in chunks by the hash of the left key, so one is found, and all are read, at once. Changelog: one record for each row
 * of chunks, compacted.
 */
export class SubscriptionsKind implements KindOfStore {
  readonly kind = 'subscriptions';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = NOT_QUERIED;

  constructor() {
    Object.freeze(this);
  }

  open<K>(bytes: ByteStore, keys: KeyCodec<K>): SubscriptionStore<K> {
    return new SubscriptionStore(bytes, keys);
  }
}

/** The subscriptions of the keys (Java: the store of `ForeignTableJoinProcessorSupplier`). */
export class SubscriptionStore<K> {
  readonly #buckets: TimeBucketsStore<K, Subscription>;

  constructor(bytes: ByteStore, keys: KeyCodec<K>) {
    this.#buckets = new TimeBucketsStore(bytes, keys, CODEC, HASHES);
  }

  /** Takes the place of a subscription of the same row. */
  put(key: K, subscription: Subscription): void {
    this.delete(key, subscription.row);
    this.#buckets.put(key, timeOf(subscription.row), subscription);
  }

  delete(key: K, row: StateKey): void {
    this.#buckets.delete(key, timeOf(row), subscription => subscription.row === row);
  }

  /** The subscriptions of a key, in the order of the bytes of their rows. */
  of(key: K): readonly Subscription[] {
    const all: Subscription[] = [];
    for (const { value } of this.#buckets.fetch(key, 0, HASHES - 1)) all.push(value);
    return all.sort((a, b) => (a.row < b.row ? -1 : 1));
  }

  /** All subscriptions, in the order of the serialized keys. */
  async all(): Promise<readonly (Subscription & { readonly key: K })[]> {
    return (await this.#buckets.all()).map(({ key, value }) => ({ key, ...value }));
  }
}

/** FNV-1a. It must stay the same: the store has it. */
function timeOf(row: StateKey): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < row.length; index++) hash = Math.imul(hash ^ row.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The length of the hash (4 bytes), the hash, the bytes of the left key. */
const CODEC: Codec<Subscription> = {
  serialize({ row, hash }) {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(hash.length, 0);
    return Buffer.concat([length, hash, stateKeyBytes(row)]);
  },
  deserialize(bytes) {
    const end = 4 + bytes.readUInt32BE(0);
    return { hash: Buffer.from(bytes.subarray(4, end)), row: stateKey(bytes.subarray(end)) };
  },
};
