import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.state.SessionStore;

/** The commands on session stores. */
final class SessionShell {
  private SessionShell() {}

  static String run(SessionStore<Object, Object> store, Shell.Command command) {
    return switch (command.name()) {
      case "put" -> {
        store.put(session(command), command.word(4));
        yield Shell.OK;
      }
      case "remove" -> {
        store.remove(session(command));
        yield Shell.OK;
      }
      case "get" -> Shell.text(store.fetchSession(command.word(1), command.time(2), command.time(3)));
      case "find" -> Shell.list(store.findSessions(command.word(1), command.time(2), command.time(3)));
      case "bfind" -> Shell.list(store.backwardFindSessions(command.word(1), command.time(2), command.time(3)));
      case "findRange" ->
          Shell.list(store.findSessions(command.bound(1), command.bound(2), command.time(3), command.time(4)));
      case "fetch" -> Shell.list(store.fetch(command.word(1)));
      case "bfetch" -> Shell.list(store.backwardFetch(command.word(1)));
      case "range" -> Shell.list(store.fetch(command.bound(1), command.bound(2)));
      case "brange" -> Shell.list(store.backwardFetch(command.bound(1), command.bound(2)));
      default -> throw command.unknown();
    };
  }

  private static Windowed<Object> session(Shell.Command command) {
    return new Windowed<>(command.word(1), new SessionWindow(command.time(2), command.time(3)));
  }
}
