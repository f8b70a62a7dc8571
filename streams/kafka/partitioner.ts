const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** The hash of Java's default partitioner: a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const blocksEnd = length & ~3;
  let hash = SEED ^ length;
  for (let i = 0; i < blocksEnd; i += 4) {
    let k = at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> R), M);
    hash = Math.imul(hash, M) ^ k;
  }
  const rest = length - blocksEnd;
  if (rest > 0) {
    if (rest === 3) hash ^= at(bytes, blocksEnd + 2) << 16;
    if (rest >= 2) hash ^= at(bytes, blocksEnd + 1) << 8;
    hash = Math.imul(hash ^ at(bytes, blocksEnd), M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

/**
 * The partition, from 0 to `partitions` - 1, in which Java's default partitioner and librdkafka's `murmur2_random` put
 * a record with this key.
 */
export function partitionFor(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
