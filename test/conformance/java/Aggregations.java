import org.apache.kafka.streams.kstream.Aggregator;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.Initializer;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KGroupedTable;
import org.apache.kafka.streams.kstream.Merger;
import org.apache.kafka.streams.kstream.Reducer;
import org.apache.kafka.streams.kstream.SessionWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedCogroupedKStream;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;

/** count, reduce and aggregate of all that has been grouped. */
final class Aggregations {
  private Aggregations() {}

  @SuppressWarnings("unchecked")
  static Object of(Object group, Operation operation) {
    if (group instanceof KGroupedStream<?, ?> stream) {
      return ofStream((KGroupedStream<Object, Object>) stream, operation);
    }
    if (group instanceof KGroupedTable<?, ?> table) {
      return ofTable((KGroupedTable<Object, Object>) table, operation);
    }
    if (group instanceof TimeWindowedKStream<?, ?> windows) {
      return ofTimeWindows((TimeWindowedKStream<Object, Object>) windows, operation);
    }
    if (group instanceof SessionWindowedKStream<?, ?> sessions) {
      return ofSessions((SessionWindowedKStream<Object, Object>) sessions, operation);
    }
    return ofCogroup(group, operation);
  }

  private static Object ofStream(KGroupedStream<Object, Object> stream, Operation operation) {
    return switch (operation.op()) {
      case "count" -> stream.count(DslOptions.counted(operation));
      case "reduce" -> stream.reduce(reducer(operation), DslOptions.aggregated(operation));
      case "aggregate" ->
          stream.aggregate(initializer(operation), aggregator(operation), DslOptions.aggregated(operation));
      default -> throw operation.unknown("a KGroupedStream");
    };
  }

  private static Object ofTable(KGroupedTable<Object, Object> table, Operation operation) {
    return switch (operation.op()) {
      case "count" -> table.count(DslOptions.counted(operation));
      case "reduce" ->
          table.reduce(reducer(operation), Reducers.of(operation.requiredField("sub")), DslOptions.aggregated(operation));
      case "aggregate" -> table.aggregate(
          initializer(operation),
          aggregator(operation),
          Aggregators.of(operation.requiredField("sub")),
          DslOptions.aggregated(operation));
      default -> throw operation.unknown("a KGroupedTable");
    };
  }

  private static Object ofTimeWindows(TimeWindowedKStream<Object, Object> windows, Operation operation) {
    return switch (operation.op()) {
      case "count" -> windows.count(DslOptions.counted(operation));
      case "reduce" -> windows.reduce(reducer(operation), DslOptions.aggregated(operation));
      case "aggregate" ->
          windows.aggregate(initializer(operation), aggregator(operation), DslOptions.aggregated(operation));
      default -> throw operation.unknown("a TimeWindowedKStream");
    };
  }

  private static Object ofSessions(SessionWindowedKStream<Object, Object> sessions, Operation operation) {
    return switch (operation.op()) {
      case "count" -> sessions.count(DslOptions.counted(operation));
      case "reduce" -> sessions.reduce(reducer(operation), DslOptions.aggregated(operation));
      case "aggregate" -> sessions.aggregate(
          initializer(operation), aggregator(operation), merger(operation), DslOptions.aggregated(operation));
      default -> throw operation.unknown("a SessionWindowedKStream");
    };
  }

  @SuppressWarnings("unchecked")
  private static Object ofCogroup(Object group, Operation operation) {
    InvalidCaseException unknown = operation.unknown("a " + group.getClass().getSimpleName());
    if (!operation.op().equals("aggregate")) throw unknown;
    Initializer<Object> initializer = initializer(operation);
    if (group instanceof CogroupedKStream<?, ?> cogroup) {
      return ((CogroupedKStream<Object, Object>) cogroup).aggregate(initializer, DslOptions.aggregated(operation));
    }
    if (group instanceof TimeWindowedCogroupedKStream<?, ?> windows) {
      return ((TimeWindowedCogroupedKStream<Object, Object>) windows)
          .aggregate(initializer, DslOptions.aggregated(operation));
    }
    if (group instanceof SessionWindowedCogroupedKStream<?, ?> sessions) {
      return ((SessionWindowedCogroupedKStream<Object, Object>) sessions)
          .aggregate(initializer, merger(operation), DslOptions.aggregated(operation));
    }
    throw unknown;
  }

  private static Initializer<Object> initializer(Operation operation) {
    Object initial = CaseSerdes.value(operation.field("init"), operation.field("valueSerde"));
    return () -> initial;
  }

  private static Aggregator<Object, Object, Object> aggregator(Operation operation) {
    return Aggregators.of(operation.requiredField("fn"));
  }

  private static Reducer<Object> reducer(Operation operation) {
    return Reducers.of(operation.requiredField("fn"));
  }

  private static Merger<Object, Object> merger(Operation operation) {
    Reducer<Object> merge = Reducers.of(operation.requiredField("merge"));
    return (key, earlier, later) -> merge.apply(earlier, later);
  }
}
