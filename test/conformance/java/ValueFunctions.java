import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.streams.kstream.ValueMapperWithKey;
import org.apache.kafka.streams.kstream.Windowed;

/** Functions of a key and a value, for values, keys and foreign keys. */
final class ValueFunctions {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,15}");

  private ValueFunctions() {}

  static ValueMapperWithKey<Object, Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "identity" -> (key, value) -> value;
      case "text" -> (key, value) -> Values.text(value);
      case "orElse" -> {
        Object other = spec.valueArgument(1);
        yield (key, value) -> value == null ? other : value;
      }
      case "const" -> {
        Object constant = spec.valueArgument(1);
        yield (key, value) -> constant;
      }
      case "key" -> (key, value) -> key;
      case "keyText" -> (key, value) -> Values.text(key);
      case "keyAppend" -> {
        String suffix = spec.textArgument(1);
        yield (key, value) -> Values.text(key) + suffix;
      }
      case "keyPart" -> {
        String separator = spec.textArgument(1);
        yield (key, value) -> key == null ? null : before(Values.text(key), separator);
      }
      case "keyValue" -> (key, value) -> Values.text(key) + ":" + Values.text(value);
      case "windowKey" -> (key, value) -> ((Windowed<?>) key).key();
      case "failOn" -> failOn(spec.argument(1));
      case "appendKey" -> (key, value) -> value == null ? null : Values.text(value) + "@" + Values.text(key);
      default -> {
        Function<Object, Object> function = ofValue(spec);
        yield (key, value) -> value == null ? null : function.apply(value);
      }
    };
  }

  /** The functions that see no key and are not called for null. */
  private static Function<Object, Object> ofValue(FunctionSpec spec) {
    return switch (spec.name()) {
      case "upper" -> value -> ((String) value).toUpperCase(Locale.ROOT);
      case "length" -> value -> (long) ((String) value).length();
      case "append" -> {
        String suffix = spec.textArgument(1);
        yield value -> Values.text(value) + suffix;
      }
      case "prefix" -> {
        String prefix = spec.textArgument(1);
        yield value -> prefix + Values.text(value);
      }
      case "firstChar" -> value -> ((String) value).isEmpty() ? null : ((String) value).substring(0, 1);
      case "part" -> {
        String separator = spec.textArgument(1);
        yield value -> before(Values.text(value), separator);
      }
      case "afterPart" -> {
        String separator = spec.textArgument(1);
        yield value -> after(Values.text(value), separator);
      }
      case "parseLong" -> value -> INTEGER.matcher((String) value).matches() ? Long.valueOf((String) value) : null;
      case "add" -> {
        Object addend = spec.valueArgument(1);
        yield value -> Arithmetic.plus(value, addend);
      }
      case "mul" -> {
        JsonNode factor = spec.numberArgument(1);
        yield value -> Arithmetic.times(value, factor);
      }
      case "mod" -> {
        long divisor = spec.longArgument(1);
        yield value -> (Long) value % divisor;
      }
      case "modText" -> {
        long divisor = spec.longArgument(1);
        yield value -> "m" + (Long) value % divisor;
      }
      case "half" -> value -> Arithmetic.toDouble(value) / 2;
      case "floor" -> value -> (long) Math.floor(Arithmetic.toDouble(value));
      case "field" -> {
        String name = spec.textArgument(1);
        yield value -> Values.ofJson(Values.member(value, name));
      }
      case "nullIf" -> {
        JsonNode constant = spec.argument(1);
        yield value -> Arithmetic.nullIf(value, constant);
      }
      case "nullIfOdd" -> value -> (Long) value % 2 != 0 ? null : value;
      case "wrap" -> {
        String name = spec.textArgument(1);
        yield value -> with(Values.NODES.objectNode(), name, Values.toJson(value));
      }
      case "withField" -> {
        String name = spec.textArgument(1);
        JsonNode member = spec.argument(2);
        yield value -> with(((ObjectNode) value).deepCopy(), name, member);
      }
      default -> throw spec.unknown("value function");
    };
  }

  private static ValueMapperWithKey<Object, Object, Object> failOn(JsonNode constant) {
    return (key, value) -> {
      if (Values.equal(value, constant)) throw new IllegalStateException("fails on " + constant);
      return value;
    };
  }

  private static String before(String text, String separator) {
    int index = text.indexOf(separator);
    return index < 0 ? text : text.substring(0, index);
  }

  private static String after(String text, String separator) {
    int index = text.indexOf(separator);
    return index < 0 ? null : text.substring(index + separator.length());
  }

  private static ObjectNode with(ObjectNode object, String name, JsonNode member) {
    object.set(name, member);
    return object;
  }
}
