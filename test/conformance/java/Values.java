import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.streams.kstream.Windowed;

/** The keys and values of a case: String, Long, Double, JsonNode for all other JSON, and Windowed for windowed keys. */
final class Values {
  static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** JavaScript writes integral doubles below this as integers, and so do the cases. */
  private static final double INTEGERS_END = 1e15;

  private Values() {}

  /** The value that stands as JSON in a case. */
  static Object ofJson(JsonNode json) {
    if (json == null || json.isNull() || json.isMissingNode()) return null;
    if (json.isTextual()) return json.textValue();
    if (json.isIntegralNumber()) return json.longValue();
    if (json.isNumber()) return json.doubleValue();
    return json;
  }

  /** The value as JSON; an infinite end of a window is null. */
  static JsonNode toJson(Object value) {
    if (value == null) return NODES.nullNode();
    if (value instanceof JsonNode json) return json;
    if (value instanceof String text) return NODES.textNode(text);
    if (value instanceof Long number) return NODES.numberNode(number);
    if (value instanceof Double number) return numberNode(number);
    if (value instanceof Windowed<?> windowed) {
      ObjectNode json = NODES.objectNode();
      json.set("key", toJson(windowed.key()));
      json.put("start", windowed.window().start());
      if (windowed.window().end() == Long.MAX_VALUE) {
        json.putNull("end");
      } else {
        json.put("end", windowed.window().end());
      }
      return json;
    }
    throw new ClassCastException("a case has no values of " + value.getClass());
  }

  /** The value as a case file has it. */
  static JsonNode toCaseJson(Object value) {
    return normalized(toJson(value));
  }

  /** The same JSON with the numbers that JavaScript writes: integral doubles become integers. */
  static JsonNode normalized(JsonNode json) {
    if (json == null) return NODES.nullNode();
    if (json.isIntegralNumber()) return NODES.numberNode(json.longValue());
    if (json.isNumber()) return numberNode(json.doubleValue());
    if (json.isArray()) {
      ArrayNode array = NODES.arrayNode();
      json.forEach(element -> array.add(normalized(element)));
      return array;
    }
    if (json.isObject()) {
      ObjectNode object = NODES.objectNode();
      json.properties().forEach(member -> object.set(member.getKey(), normalized(member.getValue())));
      return object;
    }
    return json;
  }

  /** The text(x) of the vocabulary. */
  static String text(Object value) {
    if (value instanceof String text) return text;
    if (value instanceof Windowed<?> windowed) {
      return text(windowed.key()) + "@" + windowed.window().start() + "/" + windowed.window().end();
    }
    return toCaseJson(value).toString();
  }

  static boolean equal(Object value, JsonNode constant) {
    return toCaseJson(value).equals(normalized(constant));
  }

  /** The member of a JSON object; null if the value is none, or the member is absent or null. */
  static JsonNode member(Object value, String name) {
    if (!(value instanceof ObjectNode object)) return null;
    JsonNode member = object.get(name);
    return member == null || member.isNull() ? null : member;
  }

  /** The integer in a member of a JSON object; null if there is none. */
  static Long integerMember(Object value, String name) {
    JsonNode member = member(value, name);
    return member != null && member.isIntegralNumber() ? member.longValue() : null;
  }

  private static JsonNode numberNode(double number) {
    boolean isInteger = number == Math.rint(number) && Math.abs(number) < INTEGERS_END;
    return isInteger ? NODES.numberNode((long) number) : NODES.numberNode(number);
  }
}
