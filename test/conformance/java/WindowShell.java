import org.apache.kafka.streams.state.WindowStore;

/** The commands on window stores. */
final class WindowShell {
  private WindowShell() {}

  static String run(WindowStore<Object, Object> store, Shell.Command command) {
    return switch (command.name()) {
      case "put" -> {
        store.put(command.word(1), command.word(2), command.time(3));
        yield Shell.OK;
      }
      case "del" -> {
        store.put(command.word(1), null, command.time(2));
        yield Shell.OK;
      }
      case "at" -> Shell.text(store.fetch(command.word(1), command.time(2)));
      case "fetch" -> Shell.list(store.fetch(command.word(1), command.time(2), command.time(3)));
      case "bfetch" -> Shell.list(store.backwardFetch(command.word(1), command.time(2), command.time(3)));
      case "krange" ->
          Shell.list(store.fetch(command.bound(1), command.bound(2), command.time(3), command.time(4)));
      case "bkrange" ->
          Shell.list(store.backwardFetch(command.bound(1), command.bound(2), command.time(3), command.time(4)));
      case "fetchAll" -> Shell.list(store.fetchAll(command.time(1), command.time(2)));
      case "bfetchAll" -> Shell.list(store.backwardFetchAll(command.time(1), command.time(2)));
      case "all" -> Shell.list(store.all());
      case "ball" -> Shell.list(store.backwardAll());
      default -> throw command.unknown();
    };
  }
}
