import java.time.Duration;
import java.util.function.BiFunction;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.ValueJoiner;
import org.apache.kafka.streams.kstream.ValueJoinerWithKey;
import org.apache.kafka.streams.kstream.ValueJoinerWithStreamAndMappedKey;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.state.KeyValueStore;

/** Joins of streams and tables. */
@SuppressWarnings("unchecked")
final class Joins {
  private Joins() {}

  static Object of(Object left, Object right, Operation operation) {
    if (left instanceof KStream<?, ?>) {
      KStream<Object, Object> stream = (KStream<Object, Object>) left;
      if (right instanceof KStream<?, ?>) return ofStreams(stream, (KStream<Object, Object>) right, operation);
      if (right instanceof KTable<?, ?>) return withTable(stream, (KTable<Object, Object>) right, operation);
      if (right instanceof GlobalKTable<?, ?>) {
        return withGlobalTable(stream, (GlobalKTable<Object, Object>) right, operation);
      }
    }
    if (left instanceof KTable<?, ?> && right instanceof KTable<?, ?>) {
      KTable<Object, Object> table = (KTable<Object, Object>) left;
      KTable<Object, Object> other = (KTable<Object, Object>) right;
      return operation.has("foreignKey") ? byForeignKey(table, other, operation) : ofTables(table, other, operation);
    }
    throw operation.unknown(left.getClass().getSimpleName() + " with " + right.getClass().getSimpleName());
  }

  private static KStream<Object, Object> ofStreams(
      KStream<Object, Object> left, KStream<Object, Object> right, Operation operation) {
    ValueJoinerWithKey<Object, Object, Object, Object> joiner = keyedJoiner(operation);
    JoinWindows windows = joinWindows(operation.part("windows"));
    StreamJoined<Object, Object, Object> joined =
        StreamJoined.with(operation.keySerde(), operation.valueSerde(), operation.otherSerde());
    return switch (operation.op()) {
      case "join" -> left.join(right, joiner, windows, joined);
      case "leftJoin" -> left.leftJoin(right, joiner, windows, joined);
      case "outerJoin" -> left.outerJoin(right, joiner, windows, joined);
      default -> throw operation.unknown("a KStream with a KStream");
    };
  }

  /** The DSL refuses windows that end before they start, at each step: begin with the wider side as both sides. */
  private static JoinWindows joinWindows(Operation spec) {
    Duration before = spec.duration("before");
    Duration after = spec.duration("after");
    Duration wider = before.compareTo(after) > 0 ? before : after;
    return JoinWindows.ofTimeDifferenceAndGrace(wider, spec.duration("grace")).before(before).after(after);
  }

  private static KStream<Object, Object> withTable(
      KStream<Object, Object> stream, KTable<Object, Object> table, Operation operation) {
    ValueJoinerWithKey<Object, Object, Object, Object> joiner = keyedJoiner(operation);
    Joined<Object, Object, Object> joined =
        Joined.with(operation.keySerde(), operation.valueSerde(), operation.otherSerde());
    if (operation.has("grace")) joined = joined.withGracePeriod(operation.duration("grace"));
    return switch (operation.op()) {
      case "join" -> stream.join(table, joiner, joined);
      case "leftJoin" -> stream.leftJoin(table, joiner, joined);
      default -> throw operation.unknown("a KStream with a KTable");
    };
  }

  private static KStream<Object, Object> withGlobalTable(
      KStream<Object, Object> stream, GlobalKTable<Object, Object> table, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> tableKey = ValueFunctions.of(operation.requiredField("key"));
    ValueJoinerWithKey<Object, Object, Object, Object> joiner = keyedJoiner(operation);
    Joiners.Joiner withBothKeys = Joiners.of(operation.requiredField("joiner"));
    ValueJoinerWithStreamAndMappedKey<Object, Object, Object, Object, Object> bothKeysJoiner = withBothKeys::join;
    boolean takesBothKeys = Joiners.takesBothKeys(operation.requiredField("joiner"));
    return switch (operation.op()) {
      case "join" -> takesBothKeys
          ? stream.join(table, tableKey::apply, bothKeysJoiner)
          : stream.join(table, tableKey::apply, joiner);
      case "leftJoin" -> takesBothKeys
          ? stream.leftJoin(table, tableKey::apply, bothKeysJoiner)
          : stream.leftJoin(table, tableKey::apply, joiner);
      default -> throw operation.unknown("a KStream with a GlobalKTable");
    };
  }

  private static KTable<Object, Object> ofTables(
      KTable<Object, Object> left, KTable<Object, Object> right, Operation operation) {
    ValueJoiner<Object, Object, Object> joiner = joiner(operation);
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    return switch (operation.op()) {
      case "join" -> rows == null ? left.join(right, joiner) : left.join(right, joiner, rows);
      case "leftJoin" -> rows == null ? left.leftJoin(right, joiner) : left.leftJoin(right, joiner, rows);
      case "outerJoin" -> rows == null ? left.outerJoin(right, joiner) : left.outerJoin(right, joiner, rows);
      default -> throw operation.unknown("a KTable with a KTable");
    };
  }

  private static KTable<Object, Object> byForeignKey(
      KTable<Object, Object> left, KTable<Object, Object> right, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> function = ValueFunctions.of(operation.requiredField("foreignKey"));
    BiFunction<Object, Object, Object> foreignKey = function::apply;
    ValueJoiner<Object, Object, Object> joiner = joiner(operation);
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    return switch (operation.op()) {
      case "join" -> rows == null
          ? left.join(right, foreignKey, joiner)
          : left.join(right, foreignKey, joiner, rows);
      case "leftJoin" -> rows == null
          ? left.leftJoin(right, foreignKey, joiner)
          : left.leftJoin(right, foreignKey, joiner, rows);
      default -> throw operation.unknown("a KTable with a KTable by foreign key");
    };
  }

  private static ValueJoinerWithKey<Object, Object, Object, Object> keyedJoiner(Operation operation) {
    Joiners.Joiner joiner = Joiners.of(operation.requiredField("joiner"));
    return (key, left, right) -> joiner.join(key, null, left, right);
  }

  private static ValueJoiner<Object, Object, Object> joiner(Operation operation) {
    Joiners.Joiner joiner = Joiners.of(operation.requiredField("joiner"));
    return (left, right) -> joiner.join(null, null, left, right);
  }
}
