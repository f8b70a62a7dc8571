import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.KGroupedTable;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.state.KeyValueStore;

/** The operations of a KTable, except joins. */
final class TableOperations {
  private TableOperations() {}

  static Object of(KTable<Object, Object> table, Operation operation) {
    return switch (operation.op()) {
      case "filter" -> filter(table, operation);
      case "filterNot" -> filterNot(table, operation);
      case "mapValues" -> mapValues(table, operation);
      case "transformValues" -> transformValues(table, operation);
      case "groupBy" -> groupBy(table, operation);
      case "toStream" -> toStream(table, operation);
      case "suppress" -> Suppression.of(table, operation);
      default -> throw operation.unknown("a KTable");
    };
  }

  private static KTable<Object, Object> filter(KTable<Object, Object> table, Operation operation) {
    Predicate<Object, Object> predicate = Predicates.of(operation.requiredField("pred"));
    Named named = operation.named();
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    if (rows == null) return named == null ? table.filter(predicate) : table.filter(predicate, named);
    return named == null ? table.filter(predicate, rows) : table.filter(predicate, named, rows);
  }

  private static KTable<Object, Object> filterNot(KTable<Object, Object> table, Operation operation) {
    Predicate<Object, Object> predicate = Predicates.of(operation.requiredField("pred"));
    Named named = operation.named();
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    if (rows == null) return named == null ? table.filterNot(predicate) : table.filterNot(predicate, named);
    return named == null ? table.filterNot(predicate, rows) : table.filterNot(predicate, named, rows);
  }

  private static KTable<Object, Object> mapValues(KTable<Object, Object> table, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> mapper = ValueFunctions.of(operation.requiredField("fn"));
    Named named = operation.named();
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    if (rows == null) return named == null ? table.mapValues(mapper) : table.mapValues(mapper, named);
    return named == null ? table.mapValues(mapper, rows) : table.mapValues(mapper, named, rows);
  }

  private static KTable<Object, Object> transformValues(KTable<Object, Object> table, Operation operation) {
    var supplier = ValueTransformers.of(operation.requiredField("fn"));
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    if (rows == null) return table.transformValues(supplier, operation.stores());
    return table.transformValues(supplier, rows, operation.stores());
  }

  private static KGroupedTable<Object, Object> groupBy(KTable<Object, Object> table, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> groupKey = ValueFunctions.of(operation.requiredField("key"));
    ValueMapperWithKey<Object, Object, Object> groupValue =
        operation.has("value") ? ValueFunctions.of(operation.requiredField("value")) : (key, value) -> value;
    return table.groupBy(
        (key, value) -> new KeyValue<>(groupKey.apply(key, value), groupValue.apply(key, value)),
        DslOptions.grouped(operation));
  }

  private static KStream<Object, Object> toStream(KTable<Object, Object> table, Operation operation) {
    if (!operation.has("key")) return table.toStream();
    ValueMapperWithKey<Object, Object, Object> newKey = ValueFunctions.of(operation.requiredField("key"));
    return table.toStream(newKey::apply);
  }
}
