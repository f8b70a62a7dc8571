import { readInt64, writeInt64 } from './int64.js';
import { type StateKey, stateKey, stateKeyBytes } from './state-key.js';

/** Bytes of the time at the start of a state key. */
export const TIME_BYTES = 8;

/** The first part of the state keys of `time`, which is 0 or above. Keys are in the order of their times. */
export function timePrefix(time: number): StateKey {
  const bytes = Buffer.allocUnsafe(TIME_BYTES);
  writeInt64(bytes, time, 0);
  return stateKey(bytes);
}

/** The time of a state key, or of its first part. */
export function timeOf(key: StateKey): number {
  return readInt64(stateKeyBytes(key.slice(0, TIME_BYTES)), 0);
}
