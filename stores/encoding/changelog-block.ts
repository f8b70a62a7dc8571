import type { StateKey } from './state-key.js';

/** Keys of one block: big enough to make the cost of a record small, small enough for any broker's limit of a message. */
const MAX_KEYS = 1000;
const MAX_BYTES = 500_000;

/** What a block has for each key beside its bytes: its length. */
export const KEY_OVERHEAD_BYTES = 4;

/**
 * Changelog records of a store whose entries are written once and never changed: many keys to a record, since compaction
 * would have nothing to compact. Each key with its length (4 bytes, big-endian) before it; all entries have the same value.
 * A key that is larger than a block gets one of its own.
 */
export function* encodeBlocks(keys: Iterable<StateKey>): Generator<Buffer> {
  let block: StateKey[] = [];
  let bytes = 0;
  for (const key of keys) {
    const size = KEY_OVERHEAD_BYTES + key.length;
    if (block.length === MAX_KEYS || (block.length > 0 && bytes + size > MAX_BYTES)) {
      yield encodeBlock(block, bytes);
      block = [];
      bytes = 0;
    }
    block.push(key);
    bytes += size;
  }
  if (block.length > 0) yield encodeBlock(block, bytes);
}

export function decodeBlock(block: Buffer): StateKey[] {
  const keys: StateKey[] = [];
  for (let offset = 0; offset < block.length; ) {
    const length = block.readUInt32BE(offset);
    offset += KEY_OVERHEAD_BYTES;
    keys.push(block.toString('latin1', offset, offset + length));
    offset += length;
  }
  return keys;
}

function encodeBlock(keys: readonly StateKey[], bytes: number): Buffer {
  const block = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const key of keys) {
    block.writeUInt32BE(key.length, offset);
    block.write(key, offset + KEY_OVERHEAD_BYTES, key.length, 'latin1');
    offset += KEY_OVERHEAD_BYTES + key.length;
  }
  return block;
}
