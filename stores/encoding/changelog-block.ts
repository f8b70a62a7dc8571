import type { StateKey } from './state-key.js';

/**
 * Limits of a block. It is large enough that the cost of a record counts little, and small enough for the message limit
 * of any broker.
 */
export const MAX_BLOCK_ROWS = 1000;
export const MAX_BLOCK_BYTES = 500_000;

/** Bytes of a key in a block beside the key itself: its length. */
export const KEY_OVERHEAD_BYTES = 4;

/**
 * Changelog records of a store whose rows are written once and never changed. Compaction would remove nothing, so a
 * record has many keys. Each key has its length before it (4 bytes, big-endian). All rows have the same value. A key
 * that is larger than a block has a block of its own.
 */
export function* encodeBlocks(keys: Iterable<StateKey>): Generator<Buffer> {
  let block: StateKey[] = [];
  let bytes = 0;
  for (const key of keys) {
    const size = KEY_OVERHEAD_BYTES + key.length;
    if (block.length === MAX_BLOCK_ROWS || (block.length > 0 && bytes + size > MAX_BLOCK_BYTES)) {
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
