import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.Suppressed.StrictBufferConfig;

/** Suppresses the updates of a table. */
final class Suppression {
  private Suppression() {}

  static KTable<Object, Object> of(KTable<Object, Object> table, Operation operation) {
    return switch (operation.requiredText("until")) {
      case "windowCloses" -> table.suppress(untilWindowCloses(operation));
      case "timeLimit" -> table.suppress(untilTimeLimit(operation));
      default -> throw new InvalidCaseException("until is not known in " + operation.json());
    };
  }

  /** Java types it for windowed keys; a case has no types. */
  @SuppressWarnings("unchecked")
  private static Suppressed<Object> untilWindowCloses(Operation operation) {
    if (emitsEarly(operation)) {
      throw new InvalidCaseException("what waits for the window can't come early: " + operation.json());
    }
    return (Suppressed<Object>) (Suppressed<?>) Suppressed.untilWindowCloses(strictBuffer(operation));
  }

  private static Suppressed<Object> untilTimeLimit(Operation operation) {
    boolean isStrict = !operation.has("maxRecords") || "shutDown".equals(operation.text("whenFull"));
    BufferConfig<?> buffer = isStrict
        ? strictBuffer(operation)
        : BufferConfig.maxRecords(operation.requiredLong("maxRecords")).emitEarlyWhenFull();
    return Suppressed.untilTimeLimit(operation.duration("ms"), buffer);
  }

  private static StrictBufferConfig strictBuffer(Operation operation) {
    if (!operation.has("maxRecords")) return BufferConfig.unbounded();
    return BufferConfig.maxRecords(operation.requiredLong("maxRecords")).shutDownWhenFull();
  }

  private static boolean emitsEarly(Operation operation) {
    return "emitEarly".equals(operation.text("whenFull"));
  }
}
