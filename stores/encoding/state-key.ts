import type { Codec } from './codec.js';

/**
 * A key as text with one character (0 to 255) for each byte. Strings compare as their bytes do. The order is the same
 * in UTF-8 on disk, and LevelDB takes the key without a Buffer.
 */
export type StateKey = string;

/** The state key of these bytes. */
export function stateKey(bytes: Buffer): StateKey {
  return bytes.toString('latin1');
}

/** The bytes of a state key. */
export function stateKeyBytes(key: StateKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/** It is above all state keys. */
export const END_OF_KEYS = '\uffff';

/**
 * The end of the range of all keys with this prefix, which is above them and above no other key. After a prefix that
 * ends with the byte 255 it is no state key, but compares as one.
 */
export function prefixEnd(prefix: StateKey): StateKey {
  if (prefix === '') return END_OF_KEYS;
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

/** A codec of keys. `stateKey` is a shorter way from a key to its state key, which codecs of text have. */
export interface KeyCodec<K> extends Codec<K> {
  stateKey?(key: K): StateKey;
}

export function keyToStateKey<K>(codec: KeyCodec<K>, key: K): StateKey {
  return codec.stateKey === undefined ? stateKey(codec.serialize(key)) : codec.stateKey(key);
}
