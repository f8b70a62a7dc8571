const SHORTEST = 4;
const SEARCHED = 2000;

/** Where bytes repeat earlier ones: `literals` bytes as they are, then `length` bytes from `offset` before. */
interface Sequence {
  readonly literals: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** Greedy, by the first match that is found: slow, and as varied as the input. */
function sequences(bytes: Buffer, shortest: number, longest: number): Sequence[] {
  const found: Sequence[] = [];
  let begin = 0;
  for (let at = 0; at < bytes.length; ) {
    let offset = 0;
    let length = 0;
    for (let from = Math.max(0, at - SEARCHED); from < at && length === 0; from++) {
      let same = 0;
      // A match may overlap what it makes.
      while (same < longest && at + same < bytes.length && bytes[from + same] === bytes[at + same]) same++;
      if (same >= shortest) [offset, length] = [at - from, same];
    }
    if (length === 0) {
      at++;
      continue;
    }
    found.push({ literals: bytes.subarray(begin, at), offset, length });
    at += length;
    begin = at;
  }
  return [...found, { literals: bytes.subarray(begin), offset: 0, length: 0 }];
}

export interface Lz4FrameOptions {
  readonly blockBytes?: number;
  readonly hasContentSize?: boolean;
  readonly hasBlockChecksums?: boolean;
  /** Blocks that are left as they are. */
  readonly isStored?: boolean;
}

/** A frame of LZ4. The checksums are zeros. */
export function lz4Frame(bytes: Buffer, options: Lz4FrameOptions = {}): Buffer {
  const { blockBytes = 65_536, hasContentSize = false, hasBlockChecksums = false, isStored = false } = options;
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40]);
  if (hasContentSize) header[4] = 0x68;
  if (hasBlockChecksums) header[4] = (header[4] ?? 0) | 0x10;
  const size = Buffer.alloc(hasContentSize ? 8 : 0);
  if (hasContentSize) size.writeBigUInt64LE(BigInt(bytes.length));
  const parts: Buffer[] = [header, size, Buffer.alloc(1)];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const written = isStored ? block : lz4Block(block);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(isStored ? (written.length | 0x8000_0000) >>> 0 : written.length);
    parts.push(length, written, Buffer.alloc(hasBlockChecksums ? 4 : 0));
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

function lz4Block(bytes: Buffer): Buffer {
  return Buffer.concat(
    sequences(bytes, SHORTEST, 100_000).map(({ literals, offset, length }) => {
      const match = length === 0 ? 0 : length - SHORTEST;
      const token = (Math.min(15, literals.length) << 4) | Math.min(15, match);
      const place = length === 0 ? [] : [offset & 0xff, offset >> 8, ...lz4More(match)];
      return Buffer.concat([Buffer.from([token, ...lz4More(literals.length)]), literals, Buffer.from(place)]);
    }),
  );
}

function lz4More(length: number): number[] {
  if (length < 15) return [];
  const more: number[] = [];
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) more.push(255);
  return [...more, rest];
}

/** A raw block of snappy. */
export function snappyBlock(bytes: Buffer): Buffer {
  const parts: Buffer[] = [varint(bytes.length)];
  for (const { literals, offset, length } of sequences(bytes, SHORTEST, 64)) {
    if (literals.length > 0) parts.push(snappyLiteral(literals.length), literals);
    if (length === 0) continue;
    if (length <= 11 && offset < 2048)
      parts.push(Buffer.from([1 | ((length - 4) << 2) | ((offset >> 8) << 5), offset & 0xff]));
    else if (offset % 2 === 0) parts.push(Buffer.from([2 | ((length - 1) << 2), offset & 0xff, offset >> 8]));
    else parts.push(Buffer.from([3 | ((length - 1) << 2), offset & 0xff, (offset >> 8) & 0xff, 0, 0]));
  }
  return Buffer.concat(parts);
}

/** As Java's producers write it. */
export function javaSnappy(bytes: Buffer, blockBytes = 32_768): Buffer {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0', 'latin1'), Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = snappyBlock(bytes.subarray(at, at + blockBytes));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

function snappyLiteral(length: number): Buffer {
  if (length <= 60) return Buffer.from([(length - 1) << 2]);
  if (length <= 0x100) return Buffer.from([60 << 2, length - 1]);
  return Buffer.from([62 << 2, (length - 1) & 0xff, ((length - 1) >> 8) & 0xff, (length - 1) >> 16]);
}

function varint(value: number): Buffer {
  const encoded: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) encoded.push((rest & 0x7f) | 0x80);
  return Buffer.from([...encoded, rest]);
}
