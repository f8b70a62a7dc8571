import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.apache.kafka.streams.state.VersionedKeyValueStore;
import org.apache.kafka.streams.state.VersionedRecord;
import org.apache.kafka.streams.state.WindowStore;

/** The contents of a store, as a case lists them: by key. */
@SuppressWarnings("unchecked")
final class StoreEntries {
  private StoreEntries() {}

  /** The operation is the one that names the store. */
  static ArrayNode of(StateStore store, Operation operation, JsonNode input) {
    List<ArrayNode> entries = store instanceof VersionedKeyValueStore<?, ?>
        ? ofVersioned((VersionedKeyValueStore<Object, Object>) store, operation, input)
        : ofAll(all(store));
    entries.sort((a, b) -> compareKeys(a.get(0), b.get(0)));
    return Values.NODES.arrayNode().addAll(entries);
  }

  /** Java lists no versioned store: the keys of the input are looked up. */
  private static List<ArrayNode> ofVersioned(
      VersionedKeyValueStore<Object, Object> store, Operation operation, JsonNode input) {
    Set<JsonNode> keys = new LinkedHashSet<>();
    for (JsonNode item : input) {
      if (item.hasNonNull("key")) keys.add(item.get("key"));
    }
    List<ArrayNode> entries = new ArrayList<>();
    for (JsonNode json : keys) {
      Object key = CaseSerdes.value(json, operation.field("keySerde"));
      if (!isKeyOf(operation, key)) continue;
      VersionedRecord<Object> latest = store.get(key);
      if (latest == null) continue;
      entries.add(entry(Values.normalized(json), latest.value()).add(latest.timestamp()));
    }
    return entries;
  }

  /** A key of another topic may have another type. */
  private static boolean isKeyOf(Operation operation, Object key) {
    try {
      operation.keySerde().serializer().serialize("", key);
      return true;
    } catch (ClassCastException e) {
      return false;
    }
  }

  private static KeyValueIterator<?, ?> all(StateStore store) {
    if (store instanceof KeyValueStore<?, ?> rows) return rows.all();
    if (store instanceof WindowStore<?, ?> windows) return windows.all();
    if (store instanceof SessionStore<?, ?> sessions) return sessions.fetch(null, null);
    throw new InvalidCaseException("the topology has no such store, or one that can't be listed: " + store);
  }

  private static List<ArrayNode> ofAll(KeyValueIterator<?, ?> rows) {
    List<ArrayNode> entries = new ArrayList<>();
    try (rows) {
      while (rows.hasNext()) entries.add(ofRow(rows.next()));
    }
    return entries;
  }

  private static ArrayNode ofRow(KeyValue<?, ?> row) {
    ArrayNode entry = entry(Values.toCaseJson(row.key), StoreAccess.plain(row.value));
    if (row.value instanceof ValueAndTimestamp<?> stored) return entry.add(stored.timestamp());
    if (row.value instanceof ValueTimestampHeaders<?> stored) {
      entry.add(stored.timestamp());
      ArrayNode headers = CaseHeaders.toJson(stored.headers());
      if (!headers.isEmpty()) entry.add(headers);
    }
    return entry;
  }

  private static ArrayNode entry(JsonNode key, Object value) {
    return Values.NODES.arrayNode().add(key).add(Values.toCaseJson(value));
  }

  /** Numbers by size, windowed keys by key, start and end, all else as text by code unit. */
  private static int compareKeys(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) return Double.compare(a.doubleValue(), b.doubleValue());
    if (!a.has("start") || !b.has("start")) {
      return Values.text(Values.ofJson(a)).compareTo(Values.text(Values.ofJson(b)));
    }
    int byKey = compareKeys(a.get("key"), b.get("key"));
    if (byKey != 0) return byKey;
    int byStart = Long.compare(a.get("start").longValue(), b.get("start").longValue());
    if (byStart != 0) return byStart;
    return Long.compare(a.path("end").asLong(Long.MAX_VALUE), b.path("end").asLong(Long.MAX_VALUE));
  }
}
