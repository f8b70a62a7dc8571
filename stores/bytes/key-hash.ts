import { randomBytes } from 'node:crypto';
import type { StateKey } from '../encoding/state-key.js';

/** Another one in each process, so that nobody can send keys that have the same hash. */
const SEED = randomBytes(4).readInt32LE(0);

/** 32 bits, as a signed integer, for use within this process. Four characters at a time cost less than one at a time. */
export function hashOf(key: StateKey): number {
  const { length } = key;
  let hash = SEED ^ length;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    const word =
      key.charCodeAt(index) |
      (key.charCodeAt(index + 1) << 8) |
      (key.charCodeAt(index + 2) << 16) |
      (key.charCodeAt(index + 3) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; index < length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  // The end of MurmurHash3: each bit of the key changes each bit of the hash.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
