/** The framing of Java's snappy library, which Java's producers write. Other clients write one raw block. */
const JAVA_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
const JAVA_HEADER_BYTES = 16;
/** From this length on a call to copy costs less than a loop. */
const LONG = 48;

/**
 * Decompresses snappy, with Java's framing or raw.
 *
 * @throws Error if it is malformed
 */
export function decompressSnappy(source: Buffer): Buffer {
  if (!source.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) return decompressBlock(source);
  const blocks: Buffer[] = [];
  for (let at = JAVA_HEADER_BYTES; at < source.length; ) {
    const begin = at + 4;
    at = begin + source.readUInt32BE(at);
    if (at > source.length) throw new Error('a block of snappy is longer than its frame');
    blocks.push(decompressBlock(source.subarray(begin, at)));
  }
  const [first] = blocks;
  return blocks.length === 1 && first !== undefined ? first : Buffer.concat(blocks);
}

function decompressBlock(source: Buffer): Buffer {
  let from = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source.readUInt8(from++);
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  // A copy element has 2 bytes and makes at most 64.
  if (size > 32 * source.length) throw new Error('a block of snappy is malformed');
  const target = Buffer.allocUnsafeSlow(size);
  const end = source.length;
  let to = 0;
  while (from < end) {
    const tag = source[from++] as number;
    if ((tag & 3) === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        length = source.readUIntLE(from, bytes) + 1;
        from += bytes;
      }
      const literalsEnd = from + length;
      if (literalsEnd > end || to + length > size) throw new Error('a block of snappy is malformed');
      if (length >= LONG) {
        source.copy(target, to, from, literalsEnd);
        to += length;
        from = literalsEnd;
      } else {
        while (from < literalsEnd) target[to++] = source[from++] as number;
      }
      continue;
    }
    let length = (tag >>> 2) + 1;
    let offset: number;
    if ((tag & 3) === 1) {
      length = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | (source[from++] as number);
    } else if ((tag & 3) === 2) {
      offset = (source[from] as number) | ((source[from + 1] as number) << 8);
      from += 2;
    } else {
      offset = source.readUInt32LE(from);
      from += 4;
    }
    let match = to - offset;
    const matchEnd = to + length;
    if (offset === 0 || match < 0 || matchEnd > size || from > end) throw new Error('a block of snappy is malformed');
    // The match may overlap what it makes.
    while (to < matchEnd) target[to++] = target[match++] as number;
  }
  if (to !== size) throw new Error('a block of snappy is shorter than it says');
  return target;
}
