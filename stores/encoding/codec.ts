/** Bytes of a value and back. A store never hands null to it: null is the absence of an entry. */
export interface Codec<T> {
  serialize(value: T): Buffer;
  deserialize(bytes: Buffer): T;
}
