import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.Stores;

/** The parameter objects of the DSL as an operation of a case gives them. */
final class DslOptions {
  private DslOptions() {}

  static Consumed<Object, Object> consumed(Operation operation) {
    Consumed<Object, Object> consumed = Consumed.with(operation.keySerde(), operation.valueSerde());
    if (!operation.has("timestampExtractor")) return consumed;
    return consumed.withTimestampExtractor(TimestampExtractors.of(operation.requiredField("timestampExtractor")));
  }

  static Produced<Object, Object> produced(Operation operation) {
    Produced<Object, Object> produced = Produced.with(operation.keySerde(), operation.valueSerde());
    if (!operation.has("partitions")) return produced;
    return produced.withStreamPartitioner(Partitioners.of(operation.requiredField("partitions")));
  }

  static Repartitioned<Object, Object> repartitioned(Operation operation) {
    Repartitioned<Object, Object> repartitioned =
        Repartitioned.with(operation.keySerde(), operation.valueSerde());
    if (operation.has("name")) repartitioned = repartitioned.withName(operation.text("name"));
    if (!operation.has("partitions")) return repartitioned;
    return repartitioned.withStreamPartitioner(Partitioners.of(operation.requiredField("partitions")));
  }

  static Grouped<Object, Object> grouped(Operation operation) {
    Grouped<Object, Object> grouped = Grouped.with(operation.keySerde(), operation.valueSerde());
    return operation.has("name") ? grouped.withName(operation.text("name")) : grouped;
  }

  /** Null if the operation names neither a store nor serdes: with serdes alone, Java already plans otherwise. */
  static <S extends StateStore> Materialized<Object, Object, S> materialized(Operation operation) {
    if (operation.has("versioned") || operation.has("store")) {
      return DslOptions.<S>stored(operation)
          .withKeySerde(operation.keySerde())
          .withValueSerde(operation.valueSerde());
    }
    if (operation.has("keySerde") || operation.has("valueSerde")) {
      return Materialized.with(operation.keySerde(), operation.valueSerde());
    }
    return null;
  }

  /** Of an aggregation, which always has serdes. */
  static <S extends StateStore> Materialized<Object, Object, S> aggregated(Operation operation) {
    Materialized<Object, Object, S> materialized = materialized(operation);
    if (materialized == null) materialized = Materialized.with(operation.keySerde(), operation.valueSerde());
    return operation.has("retention") ? materialized.withRetention(operation.duration("retention")) : materialized;
  }

  /** Of a count, whose values are longs. */
  @SuppressWarnings("unchecked")
  static <S extends StateStore> Materialized<Object, Long, S> counted(Operation operation) {
    return (Materialized<Object, Long, S>) (Materialized<?, ?, S>) DslOptions.<S>aggregated(operation);
  }

  @SuppressWarnings("unchecked")
  private static <S extends StateStore> Materialized<Object, Object, S> stored(Operation operation) {
    if (!operation.has("versioned")) return Materialized.as(operation.text("store"));
    String name = operation.has("store") ? operation.text("store") : operation.requiredText("id") + "-store";
    // Java types it as a key-value store, as which the DSL takes it.
    return (Materialized<Object, Object, S>) Materialized.<Object, Object>as(
        Stores.persistentVersionedKeyValueStore(name, operation.duration("versioned")));
  }
}
