import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** Timestamp extractors. */
final class TimestampExtractors {
  private static final long NONE = -1;

  private TimestampExtractors() {}

  static TimestampExtractor of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "recordTime" -> new FailOnInvalidTimestamp();
      case "field" -> {
        String name = spec.textArgument(1);
        yield (record, partitionTime) -> orElse(Values.integerMember(record.value(), name), NONE);
      }
      case "fieldOrPartitionTime" -> {
        String name = spec.textArgument(1);
        yield (record, partitionTime) -> orElse(Values.integerMember(record.value(), name), partitionTime);
      }
      case "fieldOrFail" -> {
        String name = spec.textArgument(1);
        yield (record, partitionTime) -> orFail(Values.integerMember(record.value(), name), name);
      }
      default -> throw spec.unknown("timestamp extractor");
    };
  }

  private static long orElse(Long timestamp, long other) {
    return timestamp == null ? other : timestamp;
  }

  private static long orFail(Long timestamp, String name) {
    if (timestamp == null) throw new IllegalStateException("the value has no time in " + name);
    return timestamp;
  }
}
