import java.util.StringJoiner;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Processors that run the command in the value on their store, and forward its answer. */
final class Shell {
  static final String OK = "ok";

  interface Commands<S extends StateStore> {
    String run(S store, Command command);
  }

  /** A command: its words, separated by one space. */
  record Command(String text, String[] words) {
    Command(String text) {
      this(text, text.split(" "));
    }

    String name() {
      return words[0];
    }

    String word(int index) {
      return words[index];
    }

    long time(int index) {
      return Long.parseLong(words[index]);
    }

    /** A bound of a range of keys; null if it is open. */
    String bound(int index) {
      return words[index].equals("*") ? null : words[index];
    }

    InvalidCaseException unknown() {
      return new InvalidCaseException("the command " + text + " is not known");
    }
  }

  private Shell() {}

  static <S extends StateStore> ProcessorSupplier<Object, Object, Object, Object> processor(
      FunctionSpec spec, Commands<S> commands) {
    String storeName = spec.textArgument(1);
    return FunctionProcessor.supplier(context -> {
      S store = context.getStateStore(storeName);
      return record -> {
        String answer = commands.run(store, new Command((String) record.value()));
        context.forward(record.withValue(answer));
      };
    });
  }

  /** The value alone of what a store keeps, as text. */
  static String text(Object stored) {
    return Values.text(StoreAccess.plain(stored));
  }

  /** All rows as text; closes the iterator. */
  static String list(KeyValueIterator<?, ?> rows) {
    StringJoiner list = new StringJoiner(",", "[", "]");
    try (rows) {
      while (rows.hasNext()) {
        KeyValue<?, ?> row = rows.next();
        list.add(Values.text(row.key) + "=" + text(row.value));
      }
    }
    return list.toString();
  }
}
