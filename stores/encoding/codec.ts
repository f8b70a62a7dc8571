/** Converts a value to bytes and back. A store never calls it with null: null means that there is no row. */
export interface Codec<T> {
  serialize(value: T): Buffer;
  deserialize(bytes: Buffer): T;
}
