/** Signed 32-bit integers of variable length, as in the records of Kafka: zigzag, 7 bits a byte, the lowest first. */
export function sizeOfVarint(value: number): number {
  let rest = zigzag(value);
  let size = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    size++;
  }
  return size;
}

/** Returns the offset after it. */
export function writeVarint(target: Buffer, value: number, offset: number): number {
  let rest = zigzag(value);
  let at = offset;
  while (rest > 0x7f) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

export function readVarint(source: Buffer, offset: number): { readonly value: number; readonly end: number } {
  let raw = 0;
  let at = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = source.readUInt8(at++);
    raw |= (byte & 0x7f) << shift;
    if (byte <= 0x7f) break;
  }
  return { value: (raw >>> 1) ^ -(raw & 1), end: at };
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
