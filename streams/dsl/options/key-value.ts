/** A record's key and value; null is an absent key, or a tombstone where a table is meant. */
export interface KeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}
