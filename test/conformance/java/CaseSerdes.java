import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.DoubleDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.kstream.internals.TimeWindow;

/** The serdes that a case names, and its literals as values and bytes of them. */
final class CaseSerdes {
  static final Serde<Object> JSON = Serdes.serdeFrom(
      (topic, value) ->
          value == null ? null : Values.toCaseJson(value).toString().getBytes(StandardCharsets.UTF_8),
      (topic, bytes) -> bytes == null ? null : parsed(bytes));

  /** Takes longs as well: a JSON number without a fraction is one. */
  private static final Serde<Object> DOUBLE = Serdes.serdeFrom(
      (topic, value) ->
          value == null ? null : ByteBuffer.allocate(Double.BYTES).putDouble(((Number) value).doubleValue()).array(),
      new DoubleDeserializer()::deserialize);

  private CaseSerdes() {}

  /** The serde of the specification; absent: text. */
  static Serde<Object> of(JsonNode spec) {
    if (spec == null || spec.isNull()) return untyped(Serdes.String());
    if (spec.isTextual()) {
      return switch (spec.textValue()) {
        case "string" -> untyped(Serdes.String());
        case "long" -> untyped(Serdes.Long());
        case "double" -> DOUBLE;
        case "json" -> JSON;
        default -> throw new InvalidCaseException("serde " + spec + " is not known");
      };
    }
    if (spec.has("sessionWindowed")) {
      return untyped(new WindowedSerdes.SessionWindowedSerde<>(of(spec.get("sessionWindowed"))));
    }
    if (!spec.has("timeWindowed")) throw new InvalidCaseException("serde " + spec + " is not known");
    JsonNode size = spec.path("size");
    return untyped(new WindowedSerdes.TimeWindowedSerde<>(
        of(spec.get("timeWindowed")), size.isNumber() ? size.longValue() : Long.MAX_VALUE));
  }

  /** The bytes of a key or value of the input; those in hexadecimal come first. */
  static byte[] bytes(JsonNode literal, JsonNode hex, JsonNode spec) {
    if (hex != null && hex.isTextual()) return HexFormat.of().parseHex(hex.textValue());
    Object value = value(literal, spec);
    return value == null ? null : of(spec).serializer().serialize("input", value);
  }

  /** A literal of the case as a value of the serde. */
  static Object value(JsonNode literal, JsonNode spec) {
    if (literal == null || literal.isNull()) return null;
    if (spec != null && spec.isObject()) return windowedKey(literal, spec);
    if (spec != null && spec.asText().equals("double")) return literal.doubleValue();
    return Values.ofJson(literal);
  }

  /** Java's serdes are of one type; the functions of a case are not. */
  @SuppressWarnings("unchecked")
  private static Serde<Object> untyped(Serde<?> serde) {
    return (Serde<Object>) serde;
  }

  private static Windowed<Object> windowedKey(JsonNode literal, JsonNode spec) {
    long start = literal.get("start").longValue();
    long end = literal.path("end").isNumber() ? literal.get("end").longValue() : Long.MAX_VALUE;
    if (spec.has("sessionWindowed")) {
      return new Windowed<>(value(literal.get("key"), spec.get("sessionWindowed")), new SessionWindow(start, end));
    }
    return new Windowed<>(value(literal.get("key"), spec.get("timeWindowed")), new TimeWindow(start, end));
  }

  private static Object parsed(byte[] bytes) {
    try {
      return Values.ofJson(Values.MAPPER.readTree(bytes));
    } catch (IOException e) {
      throw new SerializationException(e);
    }
  }
}
