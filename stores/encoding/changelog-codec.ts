import { decodeBlock, encodeBlocks, KEY_OVERHEAD_BYTES } from './changelog-block.js';
import { type StateKey, stateKey, stateKeyBytes } from './state-key.js';

/** Writes by key. A null value is a tombstone. */
export interface Writes {
  keys(): Iterable<StateKey>;
  forEach(visit: (value: Buffer | null, key: StateKey) => void): void;
}

/** Takes the rows of a changelog record. */
export interface RowTarget {
  /** A null `value` deletes the row. */
  put(key: StateKey, value: Buffer | null): void;
}

/** Encodes the writes of a store as changelog records, and decodes these records into rows. */
export interface ChangelogCodec {
  /** Bytes of a record with one row, beside the key and the value of that row. */
  readonly overheadBytes: number;
  /** True: a record may delete a row. Compaction removes such a record after some time. */
  readonly hasTombstones: boolean;
  /** Calls `send` with each record of `writes`, in their order. */
  encode(writes: Writes, send: (key: Buffer | null, value: Buffer | null) => void): void;
  /** Puts the rows of a record. Returns false if it has none. */
  decode(key: Buffer | null, value: Buffer | null, rows: RowTarget): boolean;
}

/** One record for each row, with the key and the value of the row. */
export const rowRecords: ChangelogCodec = Object.freeze({
  overheadBytes: 0,
  hasTombstones: true,
  encode(writes, send) {
    writes.forEach((value, key) => void send(stateKeyBytes(key), value));
  },
  decode(key, value, rows) {
    if (key === null) return false;
    rows.put(stateKey(key), value);
    return true;
  },
} satisfies ChangelogCodec);

/** Records of many keys, for rows that are written once, are never deleted, and all have the value `value`. */
export function keyBlocks(value: Buffer): ChangelogCodec {
  return Object.freeze({
    overheadBytes: KEY_OVERHEAD_BYTES,
    hasTombstones: false,
    encode(writes, send) {
      for (const block of encodeBlocks(writes.keys())) send(null, block);
    },
    decode(_key, block, rows) {
      if (block === null) return false;
      for (const key of decodeBlock(block)) rows.put(key, value);
      return true;
    },
  } satisfies ChangelogCodec);
}
