/** A record as a sender that is no client of ours may write it: nothing in it is checked. */
export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  /** Names in any bytes too. */
  readonly headers: readonly (readonly [name: Buffer | string, value: Buffer | null])[];
}

const MAGIC = 2;
const CRC_BEGIN = 21;

/** A batch of one record in Kafka's format 2, without compression, by no idempotent producer. */
export function recordBatch({ key, value, timestamp, headers }: RawRecord): Buffer {
  const fields = [
    Buffer.from([0]),
    varint(0),
    varint(0),
    bytes(key),
    bytes(value),
    varint(headers.length),
    ...headers.flatMap(([name, content]) => [bytes(Buffer.from(name)), bytes(content)]),
  ];
  const body = Buffer.concat(fields);
  const batch = Buffer.concat([Buffer.alloc(61), varint(body.length), body]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeBigInt64BE(BigInt(timestamp), 27);
  batch.writeBigInt64BE(BigInt(timestamp), 35);
  // No producer id, epoch or sequence.
  batch.fill(0xff, 43, 57);
  batch.writeInt32BE(1, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_BEGIN)), 17);
  return batch;
}

function bytes(content: Buffer | null): Buffer {
  return content === null ? varint(-1) : Buffer.concat([varint(content.length), content]);
}

/** Zigzag, as in Protocol Buffers. */
function varint(value: number): Buffer {
  const encoded: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) encoded.push((rest & 0x7f) | 0x80);
  encoded.push(rest);
  return Buffer.from(encoded);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** Castagnoli's, which `zlib` does not have. */
function crc32c(data: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of data) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffff_ffff) >>> 0;
}
