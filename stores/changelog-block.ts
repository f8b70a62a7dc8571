import type { StateKey } from './state-database.js';

/** Keys of one block: big enough to make the cost of a record small, small enough for any broker's limit of a message. */
const MAX_KEYS = 1000;
const MAX_BYTES = 500_000;

/**
 * Changelog records of a store whose entries are written once and never changed: many keys to a record, since compaction
 * would have nothing to compact. Each key with its length (4 bytes, big-endian) before it; all entries have the same value.
 */
export function* encodeBlocks(keys: Iterable<StateKey>): Generator<Buffer> {
  let block: StateKey[] = [];
  let bytes = 0;
  for (const key of keys) {
    block.push(key);
    bytes += 4 + key.length;
    if (block.length === MAX_KEYS || bytes >= MAX_BYTES) {
      yield encodeBlock(block, bytes);
      block = [];
      bytes = 0;
    }
  }
  if (block.length > 0) yield encodeBlock(block, bytes);
}

export function decodeBlock(block: Buffer): StateKey[] {
  const keys: StateKey[] = [];
  for (let offset = 0; offset < block.length; ) {
    const length = block.readUInt32BE(offset);
    offset += 4;
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
    block.write(key, offset + 4, key.length, 'latin1');
    offset += 4 + key.length;
  }
  return block;
}
