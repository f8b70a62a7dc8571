import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueTimestampHeaders;

/** The processors of a KStream. */
final class Processors {
  private static final String NO_METADATA = "undefined/undefined/undefined";

  private Processors() {}

  static ProcessorSupplier<Object, Object, Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "dedup" -> dedup(spec.textArgument(1));
      case "runningSum" -> runningSum(spec.textArgument(1));
      case "showTimes" -> FunctionProcessor.supplier(
          context -> record -> context.forward(record.withValue(times(record.value(), record.timestamp(), context))));
      case "shiftTs" -> {
        long shift = spec.longArgument(1);
        yield FunctionProcessor.supplier(
            context -> record -> context.forward(record.withTimestamp(record.timestamp() + shift)));
      }
      case "swap" -> FunctionProcessor.supplier(
          context -> record -> context.forward(record.withKey(record.value()).withValue(record.key())));
      case "lookup" -> lookup(spec.textArgument(1));
      case "routeTo" -> routeTo(spec.textArgument(1), spec.textArgument(2), spec.textArgument(3));
      case "addHeader" -> addHeader(spec.textArgument(1), spec.textArgument(2));
      case "showMeta" -> FunctionProcessor.supplier(
          context -> record -> context.forward(
              record.withValue(Values.text(record.value()) + "|" + metadata(context))));
      case "previous" -> previous(spec.textArgument(1));
      case "kvShell" -> Shell.processor(spec, KeyValueShell::run);
      case "windowShell" -> Shell.processor(spec, WindowShell::run);
      case "sessionShell" -> Shell.processor(spec, SessionShell::run);
      case "versionedShell" -> Shell.processor(spec, VersionedShell::run);
      default -> Punctuating.of(spec);
    };
  }

  private static ProcessorSupplier<Object, Object, Object, Object> dedup(String storeName) {
    return FunctionProcessor.supplier(context -> {
      StateStore seen = context.getStateStore(storeName);
      return record -> {
        if (record.key() == null) return;
        if (Objects.equals(StoreAccess.get(seen, record.key()), record.value())) return;
        StoreAccess.put(seen, record.key(), record.value(), record.timestamp());
        context.forward(record);
      };
    });
  }

  private static ProcessorSupplier<Object, Object, Object, Object> runningSum(String storeName) {
    return FunctionProcessor.supplier(context -> {
      StateStore sums = context.getStateStore(storeName);
      return record -> {
        if (record.key() == null || record.value() == null) return;
        Object sum = Arithmetic.plus(StoreAccess.get(sums, record.key()), record.value());
        StoreAccess.put(sums, record.key(), sum, record.timestamp());
        context.forward(record.withValue(sum));
      };
    });
  }

  static String times(Object value, long timestamp, ProcessingContext context) {
    return Values.text(value)
        + "|ts=" + timestamp
        + "|st=" + context.currentStreamTimeMs()
        + "|wc=" + context.currentSystemTimeMs();
  }

  private static ProcessorSupplier<Object, Object, Object, Object> lookup(String storeName) {
    return FunctionProcessor.supplier(context -> {
      StateStore rows = context.getStateStore(storeName);
      return record -> {
        Object found = record.key() == null ? null : StoreAccess.get(rows, record.key());
        context.forward(record.withValue(Values.text(record.value()) + "~" + Values.text(found)));
      };
    });
  }

  private static ProcessorSupplier<Object, Object, Object, Object> routeTo(
      String prefix, String child, String otherChild) {
    return FunctionProcessor.supplier(context -> record -> {
      if (record.value() == null) {
        context.forward(record);
      } else {
        context.forward(record, ((String) record.value()).startsWith(prefix) ? child : otherChild);
      }
    });
  }

  private static ProcessorSupplier<Object, Object, Object, Object> addHeader(String name, String text) {
    return FunctionProcessor.supplier(context -> record -> {
      record.headers().add(name, text.getBytes(StandardCharsets.UTF_8));
      context.forward(record);
    });
  }

  private static String metadata(ProcessorContext<Object, Object> context) {
    return context.recordMetadata().map(Processors::coordinates).orElse(NO_METADATA);
  }

  private static String coordinates(RecordMetadata metadata) {
    return metadata.topic() + "/" + metadata.partition() + "/" + metadata.offset();
  }

  private static ProcessorSupplier<Object, Object, Object, Object> previous(String storeName) {
    return FunctionProcessor.supplier(context -> {
      KeyValueStore<Object, ValueTimestampHeaders<Object>> rows = context.getStateStore(storeName);
      return record -> {
        ValueTimestampHeaders<Object> before = rows.get(record.key());
        // A null value gives null, which deletes the row.
        rows.put(record.key(), ValueTimestampHeaders.make(record.value(), record.timestamp(), record.headers()));
        if (before == null) return;
        context.forward(new Record<>(record.key(), before.value(), before.timestamp(), before.headers()));
      };
    });
  }
}
