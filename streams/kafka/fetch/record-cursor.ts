import { fromRecordHeaders } from '../message-headers.js';
import { type Header, type Headers, NO_HEADERS } from '../record.js';
import { decompress } from './decompression.js';
import { FetchedRecord } from './fetched-record.js';
import { CorruptBatchError, type RecordBatch } from './record-batch.js';

const CONTROL_TYPE_AT = 2;
const ABORT = 0;

/** Goes through the records of one batch, one at a time. */
export class RecordCursor {
  readonly #topic: string;
  readonly #partition: number;
  readonly #baseOffset: number;
  readonly #baseTimestamp: number;
  /** The timestamp of all records, if the broker sets them. */
  readonly #appendTime: number | undefined;
  readonly #bytes: Buffer;
  #at = 0;
  #left: number;

  /** @throws CorruptBatchError if the batch can't be decompressed */
  constructor(topic: string, partition: number, batch: RecordBatch) {
    this.#topic = topic;
    this.#partition = partition;
    this.#baseOffset = batch.baseOffset;
    this.#baseTimestamp = batch.baseTimestamp;
    this.#appendTime = batch.isLogAppendTime ? batch.maxTimestamp : undefined;
    this.#left = batch.count;
    try {
      this.#bytes = decompress(batch.codec, batch.body);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new CorruptBatchError(batch.baseOffset, `it can't be decompressed: ${reason}`, { cause: thrown });
    }
  }

  /**
   * The next record. undefined after the last one.
   *
   * @throws CorruptBatchError if it is malformed
   */
  next(): FetchedRecord | undefined {
    if (this.#left <= 0) return undefined;
    this.#left--;
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw this.#malformed();
    // Attributes: none is in use.
    this.#at++;
    const timestampDelta = this.#varlong();
    const offset = this.#baseOffset + this.#varint();
    const keyLength = this.#varint();
    const keyBegin = this.#at;
    if (keyLength > 0) this.#at += keyLength;
    const valueLength = this.#varint();
    const valueBegin = this.#at;
    if (valueLength > 0) this.#at += valueLength;
    if (this.#at > end) throw this.#malformed();
    const headerCount = this.#varint();
    const headers = headerCount === 0 ? NO_HEADERS : this.#headers(headerCount, end);
    if (this.#at !== end) throw this.#malformed();
    return new FetchedRecord(
      this.#topic,
      this.#partition,
      offset,
      this.#appendTime ?? this.#baseTimestamp + timestampDelta,
      headers,
      this.#bytes,
      keyBegin,
      keyLength,
      valueBegin,
      valueLength,
    );
  }

  #headers(count: number, end: number): Headers {
    if (count < 0 || count > end - this.#at) throw this.#malformed();
    const headers: Header[] = [];
    for (let i = 0; i < count; i++) {
      const key = this.#field(end);
      if (key === null) throw this.#malformed();
      const value = this.#field(end);
      // A copy: headers may be kept for longer than their batch.
      headers.push({ key: key.toString(), value: value === null ? null : Buffer.from(value) });
    }
    return fromRecordHeaders(headers);
  }

  #field(end: number): Buffer | null {
    const length = this.#varint();
    if (length < 0) return null;
    const begin = this.#at;
    this.#at += length;
    if (this.#at > end) throw this.#malformed();
    return this.#bytes.subarray(begin, this.#at);
  }

  /** Zigzag, up to 32 bits. */
  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] as number;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = bytes[this.#at++] as number;
      if (byte === undefined || shift > 28) throw this.#malformed();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }

  /** Zigzag, up to 64 bits. Exact up to 2^53. */
  #varlong(): number {
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[this.#at++];
      if (byte === undefined || scale > 2 ** 63) throw this.#malformed();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #malformed(): CorruptBatchError {
    return new CorruptBatchError(this.#baseOffset, 'a record in it is malformed');
  }
}

/** True if the control batch is the marker of an aborted transaction. */
export function isAbortMarker(batch: RecordBatch): boolean {
  const key = new RecordCursor('', 0, batch).next()?.key;
  return key !== null && key !== undefined && key.length >= 4 && key.readInt16BE(CONTROL_TYPE_AT) === ABORT;
}
