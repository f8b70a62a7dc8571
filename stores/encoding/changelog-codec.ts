import { decodeBlock, encodeBlocks, KEY_OVERHEAD_BYTES } from './changelog-block.js';
import { type StateKey, stateKey, stateKeyBytes } from './state-key.js';

/** Takes the rows of a record that was read. */
export interface RowTarget {
  /** A null `value` deletes. */
  put(key: StateKey, value: Buffer | null): void;
}

/** How the writes of a store become records of its changelog, and how these become rows again. */
export interface ChangelogCodec {
  /** Bytes of a record with one row, beside the key and the value of the row. */
  readonly overheadBytes: number;
  /** True: a record may delete a row. Compaction removes such a record after a while. */
  readonly hasTombstones: boolean;
  /** Hands over the records of `writes`, in their order. */
  encode(writes: ReadonlyMap<StateKey, Buffer | null>, send: (key: Buffer | null, value: Buffer | null) => void): void;
  /** Puts the rows of a record. Returns false if it has none. */
  decode(key: Buffer | null, value: Buffer | null, rows: RowTarget): boolean;
}

/** A record for each row: its key and its value. */
export const rowRecords: ChangelogCodec = Object.freeze({
  overheadBytes: 0,
  hasTombstones: true,
  encode(writes, send) {
    for (const [key, value] of writes) send(stateKeyBytes(key), value);
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
