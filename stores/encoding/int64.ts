/**
 * Writes a signed 64-bit integer, big-endian, as Java's serdes and stores write longs. Exact for safe integers. It
 * writes two 32-bit halves, because a BigInt for each record costs several times as much.
 */
export function writeInt64(target: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  target.writeInt32BE(high, offset);
  target.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4);
}

export function readInt64(source: Buffer, offset: number): number {
  return source.readInt32BE(offset) * 0x1_0000_0000 + source.readUInt32BE(offset + 4);
}
