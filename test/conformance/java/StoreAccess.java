import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.apache.kafka.streams.state.VersionedKeyValueStore;
import org.apache.kafka.streams.state.VersionedRecord;

/** One way to read and write the stores of a case that have a value by key, whatever else they keep with it. */
@SuppressWarnings("unchecked")
final class StoreAccess {
  private StoreAccess() {}

  static Object get(StateStore store, Object key) {
    if (store instanceof VersionedKeyValueStore<?, ?>) {
      return plain(((VersionedKeyValueStore<Object, Object>) store).get(key));
    }
    return plain(((KeyValueStore<Object, Object>) store).get(key));
  }

  /** A null value deletes. */
  static void put(StateStore store, Object key, Object value, long timestamp) {
    if (store instanceof VersionedKeyValueStore<?, ?>) {
      ((VersionedKeyValueStore<Object, Object>) store).put(key, value, timestamp);
    } else {
      ((KeyValueStore<Object, Object>) store).put(key, stored(store, value, timestamp));
    }
  }

  /** What the store keeps for a value. */
  static Object stored(StateStore store, Object value, long timestamp) {
    return store instanceof TimestampedKeyValueStore<?, ?> ? ValueAndTimestamp.make(value, timestamp) : value;
  }

  /** The value alone of what a store keeps. */
  static Object plain(Object stored) {
    if (stored instanceof ValueAndTimestamp<?> row) return row.value();
    if (stored instanceof ValueTimestampHeaders<?> row) return row.value();
    if (stored instanceof VersionedRecord<?> row) return row.value();
    return stored;
  }
}
