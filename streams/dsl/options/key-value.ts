/** A record's key and value. null is an absent key, or a tombstone in a table. */
export interface KeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}
