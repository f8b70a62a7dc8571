import { gzipSync } from 'node:zlib';
import { crc32c } from '../../../streams/kafka/fetch/crc32c.js';
import type { Header } from '../../../streams/kafka/record.js';
import { javaSnappy, lz4Frame, snappyBlock } from './compressors.js';

export interface WrittenRecord {
  /** From the base offset of the batch. */
  readonly delta: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'java-snappy', 'lz4'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface WrittenBatch {
  readonly baseOffset: number;
  readonly records: readonly WrittenRecord[];
  readonly compression?: Compression;
  readonly producerId?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  /** Set by the broker for all records. */
  readonly appendTime?: number;
  /** Where compaction has removed the last records. */
  readonly lastDelta?: number;
  readonly magic?: number;
}

const CODES: Readonly<Record<Compression, number>> = { none: 0, gzip: 1, snappy: 2, 'java-snappy': 2, lz4: 3 };
const COMPRESS: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  none: bytes => bytes,
  gzip: bytes => gzipSync(bytes),
  snappy: snappyBlock,
  'java-snappy': bytes => javaSnappy(bytes),
  lz4: bytes => lz4Frame(bytes),
};

/** A batch in Kafka's format 2, as a broker stores it. */
export function encodeBatch(batch: WrittenBatch): Buffer {
  const { baseOffset, records, compression = 'none', producerId = -1, appendTime } = batch;
  const baseTimestamp = records[0]?.timestamp ?? 0;
  const body = COMPRESS[compression](Buffer.concat(records.map(record => encodeRecord(record, baseTimestamp))));
  const bytes = Buffer.concat([Buffer.alloc(61), body]);
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(batch.magic ?? 2, 16);
  const flags =
    CODES[compression] |
    (appendTime === undefined ? 0 : 0x08) |
    (batch.isTransactional ? 0x10 : 0) |
    (batch.isControl ? 0x20 : 0);
  bytes.writeInt16BE(flags, 21);
  bytes.writeInt32BE(batch.lastDelta ?? records.at(-1)?.delta ?? 0, 23);
  bytes.writeBigInt64BE(BigInt(baseTimestamp), 27);
  const maxTimestamp = appendTime ?? records.reduce((max, { timestamp }) => Math.max(max, timestamp), 0);
  bytes.writeBigInt64BE(BigInt(maxTimestamp), 35);
  bytes.writeBigInt64BE(BigInt(producerId), 43);
  bytes.writeInt32BE(records.length, 57);
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}

/** The marker at the end of a transaction. */
export function marker(offset: number, producerId: number, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const record = { delta: 0, timestamp: 0, key, value: Buffer.alloc(6), headers: [] };
  return encodeBatch({ baseOffset: offset, records: [record], producerId, isTransactional: true, isControl: true });
}

/** Records with the given values, one after the other. */
export function plainRecords(...values: readonly string[]): WrittenRecord[] {
  return values.map((value, delta) => ({ delta, timestamp: 1000, key: null, value: Buffer.from(value), headers: [] }));
}

function encodeRecord({ delta, timestamp, key, value, headers }: WrittenRecord, baseTimestamp: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varlong(timestamp - baseTimestamp),
    varlong(delta),
    field(key),
    field(value),
    varlong(headers.length),
    ...headers.flatMap(header => [field(Buffer.from(header.key)), field(header.value)]),
  ]);
  return Buffer.concat([varlong(body.length), body]);
}

function field(content: Buffer | null): Buffer {
  return content === null ? varlong(-1) : Buffer.concat([varlong(content.length), content]);
}

/** Zigzag. */
function varlong(value: number): Buffer {
  const encoded: number[] = [];
  let rest = BigInt(value) >= 0n ? 2n * BigInt(value) : -2n * BigInt(value) - 1n;
  for (; rest > 0x7fn; rest >>= 7n) encoded.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...encoded, Number(rest)]);
}
