/**
 * The key and the value of a record (Java: `KeyValue`). A null key means that the record has no key. A null value is a
 * tombstone in a table.
 */
export interface KeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}
