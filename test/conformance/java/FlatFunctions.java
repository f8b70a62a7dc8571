import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.KeyValueMapper;

/** Functions from a record to a list of records. */
final class FlatFunctions {
  private FlatFunctions() {}

  static KeyValueMapper<Object, Object, List<KeyValue<Object, Object>>> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "splitWords" -> (key, value) -> words(value).stream().map(word -> record(key, word)).toList();
      case "wordLengths" -> (key, value) ->
          words(value).stream().map(word -> record(word, (long) word.length())).toList();
      case "repeat" -> {
        int times = (int) spec.longArgument(1);
        yield (key, value) -> Collections.nCopies(times, record(key, value));
      }
      case "twice" -> (key, value) -> List.of(record(key, value), record(Values.text(key) + "2", value));
      case "none" -> (key, value) -> List.of();
      default -> throw spec.unknown("flat function");
    };
  }

  private static List<String> words(Object value) {
    if (value == null) return List.of();
    return Arrays.stream(((String) value).split(" ")).filter(word -> !word.isEmpty()).toList();
  }

  private static KeyValue<Object, Object> record(Object key, Object value) {
    return new KeyValue<>(key, value);
  }
}
