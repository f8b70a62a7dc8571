import type { ByteStore } from '../bytes/byte-store.js';
import { rowRecords } from '../encoding/changelog-codec.js';
import type { Codec } from '../encoding/codec.js';
import {
  type KeyCodec,
  keyToStateKey,
  prefixEnd,
  type StateKey,
  stateKey,
  stateKeyBytes,
} from '../encoding/state-key.js';
import { decodeTimestamped, encodeTimestamped, type ValueAndTimestamp } from '../encoding/timestamped.js';
import { COMPACTED, type KindOfStore, NOT_QUERIED, type StoreShape } from './store-kind.js';

const SHAPE: StoreShape = Object.freeze({ kind: 'ranked' });
const SCORE_BYTES = 8;

/** A row of a group. */
export interface RankedRow<V> extends ValueAndTimestamp<V> {
  readonly score: number;
  /** The key of the row. */
  readonly row: StateKey;
}

/**
 * The rows of groups, those of a group from the highest score to the lowest, then by their keys. Key: length of the
 * group (4 bytes, big-endian), group, score (8 bytes, whose order is the reverse of that of the scores), key of the row.
 * Value: a timestamp and the serialized value. Changelog: one record for each row, compacted.
 */
export class RankedKind implements KindOfStore {
  readonly kind = 'ranked';
  readonly shape = SHAPE;
  readonly changelog = rowRecords;
  readonly cleanup = COMPACTED;
  readonly query = NOT_QUERIED;

  constructor() {
    Object.freeze(this);
  }

  open<K, V>(bytes: ByteStore, groups: KeyCodec<K>, values: Codec<V>): RankedStore<K, V> {
    return new RankedStore(bytes, groups, values);
  }
}

export class RankedStore<K, V> {
  readonly #bytes: ByteStore;
  readonly #groups: KeyCodec<K>;
  readonly #values: Codec<V>;

  constructor(bytes: ByteStore, groups: KeyCodec<K>, values: Codec<V>) {
    this.#bytes = bytes;
    this.#groups = groups;
    this.#values = values;
  }

  /** `score` is not NaN. */
  get(group: K, score: number, row: StateKey): ValueAndTimestamp<V> | null {
    const bytes = this.#bytes.get(this.#keyOf(group, score, row));
    return bytes === null ? null : decodeTimestamped(this.#values, bytes);
  }

  put(group: K, { score, row, value, timestamp }: RankedRow<V>): void {
    this.#bytes.put(this.#keyOf(group, score, row), encodeTimestamped(this.#values, value, timestamp));
  }

  delete(group: K, score: number, row: StateKey): void {
    this.#bytes.put(this.#keyOf(group, score, row), null);
  }

  /** The first `n` rows of the group, as of the first step of the scan. */
  async top(group: K, n: number): Promise<readonly RankedRow<V>[]> {
    const from = this.#prefixOf(group);
    const rows: RankedRow<V>[] = [];
    for await (const [key, bytes] of this.#bytes.scan({ from, to: prefixEnd(from) })) {
      rows.push(this.#decoded(key, from.length, bytes));
      if (rows.length === n) break;
    }
    return rows;
  }

  /** All rows: by the length of the serialized group, by its bytes, then in the order of the group. */
  async all(): Promise<readonly (RankedRow<V> & { readonly group: K })[]> {
    return (await this.#bytes.entries()).map(([key, bytes]) => {
      const end = 4 + stateKeyBytes(key.slice(0, 4)).readUInt32BE(0);
      const group = this.#groups.deserialize(stateKeyBytes(key.slice(4, end)));
      return { group, ...this.#decoded(key, end, bytes) };
    });
  }

  #decoded(key: StateKey, groupEnd: number, bytes: Buffer): RankedRow<V> {
    const rowStart = groupEnd + SCORE_BYTES;
    const score = scoreOf(stateKeyBytes(key.slice(groupEnd, rowStart)));
    return { score, row: key.slice(rowStart), ...decodeTimestamped(this.#values, bytes) };
  }

  #prefixOf(group: K): StateKey {
    const key = keyToStateKey(this.#groups, group);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(key.length, 0);
    return stateKey(length) + key;
  }

  #keyOf(group: K, score: number, row: StateKey): StateKey {
    return this.#prefixOf(group) + stateKey(scoreBytes(score)) + row;
  }
}

/**
 * The bits of a double are in the order of the numbers if it is not negative, and in the reverse order if it is. So
 * those of a double that is not negative are inverted, all but the sign.
 */
function scoreBytes(score: number): Buffer {
  const bytes = Buffer.allocUnsafe(SCORE_BYTES);
  // -0 and 0 are the same score.
  bytes.writeDoubleBE(score + 0, 0);
  if (score >= 0) invert(bytes);
  return bytes;
}

function scoreOf(bytes: Buffer): number {
  if (bytes.readUInt8(0) < 0x80) invert(bytes);
  return bytes.readDoubleBE(0);
}

function invert(bytes: Buffer): void {
  bytes.writeUInt32BE((bytes.readUInt32BE(0) ^ 0x7fff_ffff) >>> 0, 0);
  bytes.writeUInt32BE((bytes.readUInt32BE(4) ^ 0xffff_ffff) >>> 0, 4);
}
