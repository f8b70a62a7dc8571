import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.processor.TopicNameExtractor;

/** Functions that choose the topic of a record. */
final class TopicNames {
  private TopicNames() {}

  static TopicNameExtractor<Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "byKey" -> {
        String prefix = spec.textArgument(1);
        yield (key, value, context) -> prefix + Values.text(key);
      }
      case "byValue" -> {
        String prefix = spec.textArgument(1);
        yield (key, value, context) -> prefix + (value == null ? "null" : firstCharacter(Values.text(value)));
      }
      default -> throw spec.unknown("topic name");
    };
  }

  private static String firstCharacter(String text) {
    return text.isEmpty() ? "" : text.substring(0, 1);
  }
}
