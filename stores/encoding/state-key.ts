import type { Codec } from './codec.js';

/**
 * A state key: one character (0-255) for each byte, so that strings compare as their bytes do. As UTF-8 on disk the order
 * stays the same, and keys need no Buffer on their way to LevelDB.
 */
export type StateKey = string;

/** The state key of bytes. */
export function stateKey(bytes: Buffer): StateKey {
  return bytes.toString('latin1');
}

/** The bytes of a state key. */
export function stateKeyBytes(key: StateKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/** The least key that is above every key that starts with `prefix`. */
export function prefixEnd(prefix: StateKey): StateKey {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

/** The state key of `key`; codecs of text have a shorter way to it. */
export interface KeyCodec<K> extends Codec<K> {
  stateKey?(key: K): StateKey;
}

export function keyToStateKey<K>(codec: KeyCodec<K>, key: K): StateKey {
  return codec.stateKey === undefined ? stateKey(codec.serialize(key)) : codec.stateKey(key);
}
