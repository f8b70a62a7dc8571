import org.apache.kafka.streams.state.VersionedKeyValueStore;
import org.apache.kafka.streams.state.VersionedRecord;

/** The commands on versioned stores. */
final class VersionedShell {
  private VersionedShell() {}

  static String run(VersionedKeyValueStore<Object, Object> store, Shell.Command command) {
    return switch (command.name()) {
      case "put" -> validTo(store.put(command.word(1), command.word(2), command.time(3)));
      case "putNull" -> validTo(store.put(command.word(1), null, command.time(2)));
      case "get" -> text(store.get(command.word(1)));
      case "asOf" -> text(store.get(command.word(1), command.time(2)));
      case "del" -> text(store.delete(command.word(1), command.time(2)));
      default -> throw command.unknown();
    };
  }

  private static String text(VersionedRecord<Object> version) {
    return version == null ? "null" : Values.text(version.value()) + "@" + version.timestamp();
  }

  private static String validTo(long returned) {
    if (returned == VersionedKeyValueStore.PUT_RETURN_CODE_VALID_TO_UNDEFINED) return "latest";
    if (returned == VersionedKeyValueStore.PUT_RETURN_CODE_NOT_PUT) return "rejected";
    return "until " + returned;
  }
}
