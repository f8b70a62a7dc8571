import { readInt64, writeInt64 } from '../../../../stores/encoding/int64.js';
import { type Header, type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { EntryKind } from './record-kind.js';

/**
 * Limits of a block. A record of this size costs the client and the broker little more than a small one. A commit waits
 * for the end of a block, so a block must not take long to process. A poll that was sized for small records may return
 * blocks, so they must not take much memory.
 */
export const MAX_BLOCK_BYTES = 16_384;
export const MAX_BLOCK_ENTRIES = 500;

const KINDS: readonly EntryKind[] = ['record', 'partial', 'time'];
const KIND_BITS = 0b0011;
const HAS_VALUE = 0b0100;
const HAS_HEADERS = 0b1000;
const KNOWN_BITS = KIND_BITS | HAS_VALUE | HAS_HEADERS;

/** Kind and flags (1 byte), timestamp (8 bytes), lengths of key and value (4 bytes each). Key and value follow. */
const TIMESTAMP_AT = 1;
const KEY_LENGTH_AT = 9;
const VALUE_LENGTH_AT = 13;
const PREFIX_BYTES = 17;

/** A header is its name and its value, each after its length. Before the headers comes their number. */
const LENGTH_BYTES = 4;
/** The length of a header value of null. */
const NULL_LENGTH = 0xffff_ffff;

const FIRST_CAPACITY = 1024;
const NO_BYTES: Buffer = Buffer.alloc(0);

/** Bytes of an entry in a block. */
export function entryBytes(key: Buffer, value: Buffer | null, headers: Headers): number {
  const bytes = PREFIX_BYTES + key.length + (value?.length ?? 0);
  return headers.length === 0 ? bytes : bytes + headerBytes(headers);
}

function headerBytes(headers: Headers): number {
  let bytes = LENGTH_BYTES;
  for (const { key, value } of headers) bytes += 2 * LENGTH_BYTES + Buffer.byteLength(key) + (value?.length ?? 0);
  return bytes;
}

/** Collects the entries of one block. All integers are big-endian. */
export class BlockWriter {
  #bytes = NO_BYTES;
  #length = 0;
  #entries = 0;
  /** The next block is probably as long as the last one. */
  #expected = FIRST_CAPACITY;

  get entries(): number {
    return this.#entries;
  }

  /** Memory of the block. */
  get capacity(): number {
    return this.#bytes.length;
  }

  hasRoom(bytes: number): boolean {
    return this.#entries < MAX_BLOCK_ENTRIES && this.#length + bytes <= MAX_BLOCK_BYTES;
  }

  /** `bytes`: the size of the entry (`entryBytes`), for which there is room. */
  add(
    bytes: number,
    kind: EntryKind,
    key: Buffer,
    value: Buffer | null,
    timestamp: number,
    headers: Headers = NO_HEADERS,
  ): void {
    if (this.#length + bytes > this.#bytes.length) this.#grow(this.#length + bytes);
    const target = this.#bytes;
    const at = this.#length;
    const hasHeaders = headers.length > 0;
    target[at] = KINDS.indexOf(kind) | (value === null ? 0 : HAS_VALUE) | (hasHeaders ? HAS_HEADERS : 0);
    writeInt64(target, timestamp, at + TIMESTAMP_AT);
    target.writeUInt32BE(key.length, at + KEY_LENGTH_AT);
    target.writeUInt32BE(value?.length ?? 0, at + VALUE_LENGTH_AT);
    const valueAt = at + PREFIX_BYTES + key.length;
    target.set(key, at + PREFIX_BYTES);
    if (value !== null) target.set(value, valueAt);
    if (hasHeaders) writeHeaders(target, valueAt + (value?.length ?? 0), headers);
    this.#length = at + bytes;
    this.#entries++;
  }

  /** The block. The next entry begins another one. */
  take(): Buffer {
    const block = this.#bytes.subarray(0, this.#length);
    this.#expected = Math.max(FIRST_CAPACITY, this.#length);
    this.#bytes = NO_BYTES;
    this.#length = 0;
    this.#entries = 0;
    return block;
  }

  #grow(needed: number): void {
    const doubled = Math.min(MAX_BLOCK_BYTES, Math.max(this.#expected, 2 * this.#bytes.length));
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, doubled));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function writeHeaders(target: Buffer, start: number, headers: Headers): void {
  let at = target.writeUInt32BE(headers.length, start);
  for (const { key, value } of headers) {
    const length = target.write(key, at + LENGTH_BYTES);
    target.writeUInt32BE(length, at);
    at = target.writeUInt32BE(value?.length ?? NULL_LENGTH, at + LENGTH_BYTES + length);
    if (value === null) continue;
    target.set(value, at);
    at += value.length;
  }
}

/** Reads the entries of blocks, one block after the other. Key, value and headers are made when they are asked for. */
export class BlockReader {
  #block = NO_BYTES;
  #entries = 0;
  #kind: EntryKind = 'record';
  #timestamp = 0;
  #at = 0;
  #valueAt = 0;
  #headersAt = 0;
  #end = 0;
  #flags = 0;

  open(block: Buffer): void {
    this.#block = block;
    this.#entries = 0;
    this.#end = 0;
  }

  /** Entries that were read. */
  get entries(): number {
    return this.#entries;
  }

  get isAtEnd(): boolean {
    return this.#end === this.#block.length;
  }

  /** Goes to the next entry. Throws if there is none, or it is malformed. */
  next(): void {
    const at = this.#end;
    const block = this.#block;
    if (at + PREFIX_BYTES > block.length) throw this.#malformed('it is cut off');
    const flags = block[at] ?? 0;
    const kind = KINDS[flags & KIND_BITS];
    if (kind === undefined || (flags & ~KNOWN_BITS) !== 0) throw this.#malformed(`${flags} is no kind of an entry`);
    const timestamp = readInt64(block, at + TIMESTAMP_AT);
    if (!Number.isSafeInteger(timestamp)) throw this.#malformed(`its timestamp is ${timestamp}`);
    const valueAt = at + PREFIX_BYTES + block.readUInt32BE(at + KEY_LENGTH_AT);
    const headersAt = valueAt + block.readUInt32BE(at + VALUE_LENGTH_AT);
    if ((flags & HAS_VALUE) === 0 && headersAt > valueAt) throw this.#malformed('null has a length');
    if (headersAt > block.length) throw this.#malformed('it is cut off');
    this.#end = (flags & HAS_HEADERS) === 0 ? headersAt : this.#endOfHeaders(headersAt);
    this.#flags = flags;
    this.#kind = kind;
    this.#timestamp = timestamp;
    this.#at = at;
    this.#valueAt = valueAt;
    this.#headersAt = headersAt;
    this.#entries++;
  }

  get kind(): EntryKind {
    return this.#kind;
  }

  get timestamp(): number {
    return this.#timestamp;
  }

  /** A view of the block. */
  get key(): Buffer {
    return this.#block.subarray(this.#at + PREFIX_BYTES, this.#valueAt);
  }

  /** A view of the block. */
  get value(): Buffer | null {
    return (this.#flags & HAS_VALUE) === 0 ? null : this.#block.subarray(this.#valueAt, this.#headersAt);
  }

  get headers(): Headers {
    if ((this.#flags & HAS_HEADERS) === 0) return NO_HEADERS;
    const block = this.#block;
    const headers: Header[] = [];
    for (let at = this.#headersAt + LENGTH_BYTES; at < this.#end; ) {
      const keyEnd = at + LENGTH_BYTES + block.readUInt32BE(at);
      const key = block.toString('utf8', at + LENGTH_BYTES, keyEnd);
      const length = block.readUInt32BE(keyEnd);
      at = keyEnd + LENGTH_BYTES + (length === NULL_LENGTH ? 0 : length);
      const value = length === NULL_LENGTH ? null : Buffer.from(block.subarray(keyEnd + LENGTH_BYTES, at));
      headers.push({ key, value });
    }
    return headers;
  }

  #endOfHeaders(start: number): number {
    const count = this.#lengthAt(start);
    let at = start + LENGTH_BYTES;
    for (let header = 0; header < count; header++) {
      at += LENGTH_BYTES + this.#lengthAt(at);
      const length = this.#lengthAt(at);
      at += LENGTH_BYTES + (length === NULL_LENGTH ? 0 : length);
    }
    if (at > this.#block.length) throw this.#malformed('its headers are cut off');
    return at;
  }

  #lengthAt(at: number): number {
    if (at + LENGTH_BYTES > this.#block.length) throw this.#malformed('its headers are cut off');
    return this.#block.readUInt32BE(at);
  }

  #malformed(reason: string): Error {
    return new RangeError(`malformed block of ${this.#block.length} bytes: entry ${this.#entries}: ${reason}`);
  }
}
