import { readInt64 } from '../../../stores/encoding/int64.js';
import { crc32c } from './crc32c.js';

/** Bytes of a batch before its records (Java: `DefaultRecordBatch.RECORD_BATCH_OVERHEAD`). */
const HEADER_BYTES = 61;
/** The length of a batch counts from here. */
const LENGTH_END = 12;
const CRC_BEGIN = 21;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const MAGIC = 2;

/** A batch can't be read: its bytes are damaged, or no bytes of a batch. */
export class CorruptBatchError extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'CorruptBatchError';
    this.offset = offset;
  }
}

/** A batch of a format before Kafka 0.11. */
export class OldFormatError extends Error {
  readonly offset: number;

  constructor(offset: number, magic: number) {
    super(`the batch there has the message format ${magic}`);
    this.name = 'OldFormatError';
    this.offset = offset;
  }
}

/**
 * The header of the batch that begins at `at`. A response may end within its last batch: undefined if it does.
 * The bytes of a batch begin with: base offset (8), length (4), leader epoch (4), magic (1), CRC (4), attributes (2),
 * last offset delta (4), base timestamp (8), max timestamp (8), producer id (8), producer epoch (2), base sequence (4),
 * number of records (4).
 */
export class RecordBatch {
  readonly bytes: Buffer;
  readonly begin: number;
  readonly end: number;
  readonly baseOffset: number;
  readonly magic: number;

  private constructor(bytes: Buffer, begin: number, end: number) {
    this.bytes = bytes;
    this.begin = begin;
    this.end = end;
    this.baseOffset = readInt64(bytes, begin);
    this.magic = bytes.readInt8(begin + 16);
  }

  static at(bytes: Buffer, begin: number): RecordBatch | undefined {
    if (begin + HEADER_BYTES > bytes.length) return undefined;
    const length = bytes.readInt32BE(begin + 8);
    const end = begin + LENGTH_END + length;
    if (end > bytes.length) return undefined;
    const batch = new RecordBatch(bytes, begin, end);
    if (batch.magic >= 0 && batch.magic < MAGIC) throw new OldFormatError(batch.baseOffset, batch.magic);
    if (batch.magic !== MAGIC || end < begin + HEADER_BYTES) {
      throw new CorruptBatchError(batch.baseOffset, 'it is no batch of records');
    }
    return batch;
  }

  /** Also if compaction has removed the last record. */
  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(this.begin + 23);
  }

  get codec(): number {
    return this.#attributes & CODEC;
  }

  get isLogAppendTime(): boolean {
    return (this.#attributes & LOG_APPEND_TIME) !== 0;
  }

  get isTransactional(): boolean {
    return (this.#attributes & TRANSACTIONAL) !== 0;
  }

  get isControl(): boolean {
    return (this.#attributes & CONTROL) !== 0;
  }

  get baseTimestamp(): number {
    return readInt64(this.bytes, this.begin + 27);
  }

  get maxTimestamp(): number {
    return readInt64(this.bytes, this.begin + 35);
  }

  /** -1 if the producer is not idempotent. */
  get producerId(): number {
    return readInt64(this.bytes, this.begin + 43);
  }

  get count(): number {
    return this.bytes.readInt32BE(this.begin + 57);
  }

  /** The records, as they are compressed. */
  get body(): Buffer {
    return this.bytes.subarray(this.begin + HEADER_BYTES, this.end);
  }

  /** @throws CorruptBatchError if the checksum is wrong */
  check(): void {
    if (crc32c(this.bytes, this.begin + CRC_BEGIN, this.end) === this.bytes.readUInt32BE(this.begin + 17)) return;
    throw new CorruptBatchError(this.baseOffset, 'its checksum is wrong');
  }

  get #attributes(): number {
    return this.bytes.readInt16BE(this.begin + 21);
  }
}
