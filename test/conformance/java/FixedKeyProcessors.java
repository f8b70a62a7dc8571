import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** The processors that keep the key. */
final class FixedKeyProcessors {
  private interface OnRecord {
    void process(FixedKeyRecord<Object, Object> record);
  }

  private interface Factory {
    OnRecord make(FixedKeyProcessorContext<Object, Object> context);
  }

  private FixedKeyProcessors() {}

  static FixedKeyProcessorSupplier<Object, Object, Object> of(JsonNode json) {
    Factory factory = factory(new FunctionSpec(json));
    return () -> new FixedKeyFunction(factory);
  }

  private static Factory factory(FunctionSpec spec) {
    return switch (spec.name()) {
      case "prev" -> {
        String storeName = spec.textArgument(1);
        yield context -> prev(storeName, context);
      }
      case "showTimes" -> context -> record ->
          context.forward(record.withValue(Processors.times(record.value(), record.timestamp(), context)));
      case "twice" -> context -> record -> {
        context.forward(record);
        context.forward(record.withTimestamp(record.timestamp() + 1));
      };
      default -> throw spec.unknown("fixed-key processor");
    };
  }

  private static OnRecord prev(String storeName, FixedKeyProcessorContext<Object, Object> context) {
    StateStore before = context.getStateStore(storeName);
    return record -> {
      Object previous = StoreAccess.get(before, record.key());
      context.forward(record.withValue(Values.text(record.value()) + "<" + Values.text(previous)));
      StoreAccess.put(before, record.key(), record.value(), record.timestamp());
    };
  }

  private static final class FixedKeyFunction implements FixedKeyProcessor<Object, Object, Object> {
    private final Factory factory;
    private OnRecord onRecord;

    FixedKeyFunction(Factory factory) {
      this.factory = factory;
    }

    @Override
    public void init(FixedKeyProcessorContext<Object, Object> context) {
      onRecord = factory.make(context);
    }

    @Override
    public void process(FixedKeyRecord<Object, Object> record) {
      onRecord.process(record);
    }
  }
}
