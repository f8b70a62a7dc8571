import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/** The processors that fill a global store. */
final class GlobalProcessors {
  private GlobalProcessors() {}

  static ProcessorSupplier<Object, Object, Void, Void> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "storeAll" -> storing(spec.textArgument(1), null);
      case "storeUnless" -> storing(spec.textArgument(1), spec.argument(2));
      default -> throw spec.unknown("processor of a global store");
    };
  }

  /** Fails on the refused value, unless that is null. */
  private static ProcessorSupplier<Object, Object, Void, Void> storing(String storeName, JsonNode refused) {
    return FunctionProcessor.supplier(context -> {
      StateStore rows = context.getStateStore(storeName);
      return record -> {
        if (refused != null && Values.equal(record.value(), refused)) {
          throw new IllegalStateException(refused + " is refused");
        }
        if (record.key() != null) StoreAccess.put(rows, record.key(), record.value(), record.timestamp());
      };
    });
  }
}
