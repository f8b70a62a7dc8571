import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The stores that a case declares by themselves, for processors. */
final class DeclaredStores {
  private DeclaredStores() {}

  static StoreBuilder<?> of(Operation operation) {
    String name = operation.requiredText("store");
    Serde<Object> keys = operation.keySerde();
    Serde<Object> values = operation.valueSerde();
    return switch (operation.requiredText("kind")) {
      case "keyValue" -> Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values);
      case "timestampedKeyValue" ->
          Stores.timestampedKeyValueStoreBuilder(Stores.persistentTimestampedKeyValueStore(name), keys, values);
      case "timestampedKeyValueWithHeaders" -> Stores.timestampedKeyValueStoreWithHeadersBuilder(
          Stores.persistentTimestampedKeyValueStoreWithHeaders(name), keys, values);
      case "lru" ->
          Stores.keyValueStoreBuilder(Stores.lruMap(name, (int) operation.requiredLong("max")), keys, values);
      case "window" -> Stores.windowStoreBuilder(
          Stores.persistentWindowStore(
              name, operation.duration("retention"), operation.duration("size"), operation.isTrue("duplicates")),
          keys,
          values);
      case "session" -> Stores.sessionStoreBuilder(
          Stores.persistentSessionStore(name, operation.duration("retention")), keys, values);
      case "versioned" -> Stores.versionedKeyValueStoreBuilder(
          Stores.persistentVersionedKeyValueStore(name, operation.duration("retention")), keys, values);
      default -> throw new InvalidCaseException("no kind of store is " + operation.json());
    };
  }
}
