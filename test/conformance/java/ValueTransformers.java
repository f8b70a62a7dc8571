import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.ValueTransformerWithKey;
import org.apache.kafka.streams.kstream.ValueTransformerWithKeySupplier;
import org.apache.kafka.streams.processor.ProcessorContext;
import org.apache.kafka.streams.processor.StateStore;

/** The value transformers of a KTable. */
final class ValueTransformers {
  private interface Function {
    Object apply(Object key, Object value);
  }

  private interface Factory {
    Function make(ProcessorContext context);
  }

  private ValueTransformers() {}

  static ValueTransformerWithKeySupplier<Object, Object, Object> of(JsonNode json) {
    Factory factory = factory(new FunctionSpec(json));
    return () -> new FunctionTransformer(factory);
  }

  private static Factory factory(FunctionSpec spec) {
    return switch (spec.name()) {
      case "keyValue" -> context -> (key, value) -> Values.text(key) + ":" + Values.text(value);
      case "nullSafe" -> context -> (key, value) ->
          value == null ? null : Values.text(key) + ":" + Values.text(value);
      case "times" -> context -> (key, value) ->
          value == null ? null : Values.text(value) + "|ts=" + context.timestamp();
      case "calls" -> {
        String storeName = spec.textArgument(1);
        yield context -> calls(storeName, context);
      }
      default -> throw spec.unknown("value transformer");
    };
  }

  private static Function calls(String storeName, ProcessorContext context) {
    StateStore calls = context.getStateStore(storeName);
    return (key, value) -> {
      Object count = Arithmetic.plus(StoreAccess.get(calls, key), 1L);
      StoreAccess.put(calls, key, count, context.timestamp());
      return value == null ? null : Values.text(value) + "#" + count;
    };
  }

  private static final class FunctionTransformer implements ValueTransformerWithKey<Object, Object, Object> {
    private final Factory factory;
    private Function function;

    FunctionTransformer(Factory factory) {
      this.factory = factory;
    }

    @Override
    public void init(ProcessorContext context) {
      function = factory.make(context);
    }

    @Override
    public Object transform(Object key, Object value) {
      return function.apply(key, value);
    }

    @Override
    public void close() {}
  }
}
