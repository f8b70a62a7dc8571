import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;

/** The operations of a KStream that need no other stream or table. */
final class StreamOperations {
  private StreamOperations() {}

  static Object of(KStream<Object, Object> stream, Operation operation) {
    return switch (operation.op()) {
      case "filter" -> filter(stream, operation);
      case "filterNot" -> filterNot(stream, operation);
      case "map" -> map(stream, operation);
      case "mapValues" -> mapValues(stream, operation);
      case "flatMap" -> stream.flatMap(FlatFunctions.of(operation.requiredField("fn")));
      case "flatMapValues" -> flatMapValues(stream, operation);
      case "selectKey" -> {
        ValueMapperWithKey<Object, Object, Object> newKey = ValueFunctions.of(operation.requiredField("key"));
        yield stream.selectKey(newKey::apply);
      }
      case "repartition" -> stream.repartition(DslOptions.repartitioned(operation));
      case "toTable" -> toTable(stream, operation);
      case "groupByKey" -> stream.groupByKey(DslOptions.grouped(operation));
      case "groupBy" -> {
        ValueMapperWithKey<Object, Object, Object> groupKey = ValueFunctions.of(operation.requiredField("key"));
        yield stream.groupBy(groupKey::apply, DslOptions.grouped(operation));
      }
      case "process" -> process(stream, operation);
      case "processValues" -> processValues(stream, operation);
      default -> throw operation.unknown("a KStream");
    };
  }

  private static KStream<Object, Object> filter(KStream<Object, Object> stream, Operation operation) {
    Predicate<Object, Object> predicate = Predicates.of(operation.requiredField("pred"));
    Named named = operation.named();
    return named == null ? stream.filter(predicate) : stream.filter(predicate, named);
  }

  private static KStream<Object, Object> filterNot(KStream<Object, Object> stream, Operation operation) {
    Predicate<Object, Object> predicate = Predicates.of(operation.requiredField("pred"));
    Named named = operation.named();
    return named == null ? stream.filterNot(predicate) : stream.filterNot(predicate, named);
  }

  private static KStream<Object, Object> map(KStream<Object, Object> stream, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> newKey = ValueFunctions.of(operation.requiredField("key"));
    ValueMapperWithKey<Object, Object, Object> newValue = ValueFunctions.of(operation.requiredField("value"));
    return stream.map((key, value) -> new KeyValue<>(newKey.apply(key, value), newValue.apply(key, value)));
  }

  private static KStream<Object, Object> mapValues(KStream<Object, Object> stream, Operation operation) {
    ValueMapperWithKey<Object, Object, Object> mapper = ValueFunctions.of(operation.requiredField("fn"));
    Named named = operation.named();
    return named == null ? stream.mapValues(mapper) : stream.mapValues(mapper, named);
  }

  private static KStream<Object, Object> flatMapValues(KStream<Object, Object> stream, Operation operation) {
    var flat = FlatFunctions.of(operation.requiredField("fn"));
    ValueMapperWithKey<Object, Object, Iterable<Object>> mapper = (key, value) ->
        flat.apply(key, value).stream().map(record -> record.value).toList();
    return stream.flatMapValues(mapper);
  }

  private static KTable<Object, Object> toTable(KStream<Object, Object> stream, Operation operation) {
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.aggregated(operation);
    return stream.toTable(rows);
  }

  private static KStream<Object, Object> process(KStream<Object, Object> stream, Operation operation) {
    ProcessorSupplier<Object, Object, Object, Object> supplier = Processors.of(operation.requiredField("fn"));
    Named named = operation.named();
    if (named == null) return stream.process(supplier, operation.stores());
    return stream.process(supplier, named, operation.stores());
  }

  private static KStream<Object, Object> processValues(KStream<Object, Object> stream, Operation operation) {
    FixedKeyProcessorSupplier<Object, Object, Object> supplier = FixedKeyProcessors.of(operation.requiredField("fn"));
    Named named = operation.named();
    if (named == null) return stream.processValues(supplier, operation.stores());
    return stream.processValues(supplier, named, operation.stores());
  }
}
