import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;

/** The commands on key-value stores. */
final class KeyValueShell {
  private KeyValueShell() {}

  static String run(KeyValueStore<Object, Object> store, Shell.Command command) {
    return switch (command.name()) {
      case "put" -> {
        StoreAccess.put(store, command.word(1), command.word(2), 0);
        yield Shell.OK;
      }
      case "get" -> Shell.text(store.get(command.word(1)));
      case "del" -> Shell.text(store.delete(command.word(1)));
      case "pia" ->
          Shell.text(store.putIfAbsent(command.word(1), StoreAccess.stored(store, command.word(2), 0)));
      case "range" -> Shell.list(store.range(command.bound(1), command.bound(2)));
      case "rrange" -> Shell.list(store.reverseRange(command.bound(1), command.bound(2)));
      case "all" -> Shell.list(store.all());
      case "rall" -> Shell.list(store.reverseAll());
      case "prefix" -> Shell.list(store.prefixScan(command.word(1), new StringSerializer()));
      case "putAll" -> putAll(store, command.word(1));
      default -> throw command.unknown();
    };
  }

  /** Rows as key=value, separated by commas; nothing behind the sign is null. */
  private static String putAll(KeyValueStore<Object, Object> store, String text) {
    List<KeyValue<Object, Object>> rows = new ArrayList<>();
    for (String row : text.split(",")) {
      String[] parts = row.split("=");
      String value = parts.length < 2 || parts[1].isEmpty() ? null : parts[1];
      rows.add(new KeyValue<>(parts[0], StoreAccess.stored(store, value, 0)));
    }
    store.putAll(rows);
    return Shell.OK;
  }
}
