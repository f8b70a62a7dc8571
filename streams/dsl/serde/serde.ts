import type { KeyCodec } from '../../../stores/encoding/state-key.js';

/**
 * Converts a value to bytes and back (Java: `Serde`). It is never called with null: a null key or value has no bytes.
 * Both functions must be synchronous. If one throws, the record goes to the deserialization or production exception
 * handler.
 *
 * ```ts
 * const upperCase: Serde<string> = {
 *   serialize: text => Buffer.from(text.toUpperCase()),
 *   deserialize: bytes => bytes.toString(),
 * };
 * orders.mapValues(({ productId }) => productId).to('products-in-upper-case', { valueSerde: upperCase });
 * ```
 */
export interface Serde<T> extends KeyCodec<T> {
  /**
   * Parses a key from the text of a URL, for queries over HTTP. It may throw. Default: the bytes of the key are the
   * UTF-8 of the text.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  fromText?(text: string): T;
  /**
   * true: `deserialize` gets a view of a whole batch of records, and not a copy of its bytes. So what it returns must
   * have nothing of the memory of its argument, or must not be kept after its record is processed: it would keep the
   * batch in memory, too. Default: false.
   *
   * Extension: Java Kafka Streams does not have this.
   */
  readonly takesView?: boolean;
}

/**
 * Deserializes bytes that are a view of a batch or of a block. What the serde returns may be, or have, a view of its
 * argument, and may be kept for long. It must not keep the whole batch in memory, so most serdes get a copy.
 */
export function deserializeView<T>(serde: Serde<T>, bytes: Buffer): T {
  return serde.deserialize(serde.takesView === true ? bytes : Buffer.from(bytes));
}
