import { randomBytes } from 'node:crypto';
import { MAX_BLOCK_BYTES, MAX_BLOCK_ROWS } from './changelog-block.js';
import type { ChangelogCodec, RowTarget } from './changelog-codec.js';
import { type StateKey, stateKey, stateKeyBytes } from './state-key.js';

/** Bytes of a row in a block beside its key and its value: their lengths, 4 bytes each, big-endian. */
const ROW_OVERHEAD_BYTES = 8;

/** The first byte of the key of a block. Keys of rows begin with a time, so none begins with this byte. */
const BLOCK_TAG = 0xff;
const BLOCK_ID_BYTES = 16;

/**
 * Changelog records of rows that begin with a time and are never deleted. Rows whose value `isFirst` accepts are mostly
 * written once: a record has many of them. Others take the place of a row, so each has a record of its own: compaction
 * keeps the last one.
 *
 * The key of a block is random. With the same key, compaction would remove a block whose rows are nowhere else.
 */
export function firstRowBlocks(isFirst: (value: Buffer) => boolean): ChangelogCodec {
  return Object.freeze({
    overheadBytes: 1 + BLOCK_ID_BYTES + ROW_OVERHEAD_BYTES,
    hasTombstones: false,
    encode(writes, send) {
      const block = new RowBlock(value => send(blockKey(), value));
      writes.forEach((value, key) => {
        if (value === null) throw new Error('a row of a changelog without tombstones was deleted');
        if (!isFirst(value) || !block.add(key, value)) send(stateKeyBytes(key), value);
      });
      block.end();
    },
    decode(key, value, rows) {
      if (key === null || value === null) return false;
      if (key[0] === BLOCK_TAG) putBlock(value, rows);
      else rows.put(stateKey(key), value);
      return true;
    },
  } satisfies ChangelogCodec);
}

function blockKey(): Buffer {
  return Buffer.concat([Buffer.of(BLOCK_TAG), randomBytes(BLOCK_ID_BYTES)]);
}

/** Rows until they are sent together. */
class RowBlock {
  readonly #send: (block: Buffer) => void;
  #keys: StateKey[] = [];
  #values: Buffer[] = [];
  #bytes = 0;

  constructor(send: (block: Buffer) => void) {
    this.#send = send;
  }

  /** Returns false if the row is too large for a block. */
  add(key: StateKey, value: Buffer): boolean {
    const bytes = ROW_OVERHEAD_BYTES + key.length + value.length;
    if (bytes > MAX_BLOCK_BYTES) return false;
    if (this.#keys.length === MAX_BLOCK_ROWS || this.#bytes + bytes > MAX_BLOCK_BYTES) this.end();
    this.#keys.push(key);
    this.#values.push(value);
    this.#bytes += bytes;
    return true;
  }

  end(): void {
    if (this.#keys.length === 0) return;
    const block = Buffer.allocUnsafe(this.#bytes);
    let offset = 0;
    for (const [index, key] of this.#keys.entries()) {
      const value = this.#values[index] ?? Buffer.alloc(0);
      offset = block.writeUInt32BE(key.length, offset);
      offset += block.write(key, offset, key.length, 'latin1');
      offset = block.writeUInt32BE(value.length, offset);
      offset += value.copy(block, offset);
    }
    this.#keys = [];
    this.#values = [];
    this.#bytes = 0;
    this.#send(block);
  }
}

function putBlock(block: Buffer, rows: RowTarget): void {
  for (let offset = 0; offset < block.length; ) {
    const keyEnd = offset + 4 + block.readUInt32BE(offset);
    const valueEnd = keyEnd + 4 + block.readUInt32BE(keyEnd);
    if (valueEnd > block.length) throw new RangeError('a block of rows is cut off');
    rows.put(block.toString('latin1', offset + 4, keyEnd), block.subarray(keyEnd + 4, valueEnd));
    offset = valueEnd;
  }
}
