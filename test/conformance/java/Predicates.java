import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.Predicate;

/** Predicates of a key and a value. */
final class Predicates {
  private Predicates() {}

  static Predicate<Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "always" -> (key, value) -> true;
      case "never" -> (key, value) -> false;
      case "valueIsNull" -> (key, value) -> value == null;
      case "valueNotNull" -> (key, value) -> value != null;
      case "keyIsNull" -> (key, value) -> key == null;
      case "keyIsVowel" -> (key, value) -> key != null && beginsWithVowel(Values.text(key));
      case "keyEq" -> {
        JsonNode constant = spec.argument(1);
        yield (key, value) -> Values.equal(key, constant);
      }
      case "valueEq" -> {
        JsonNode constant = spec.argument(1);
        yield (key, value) -> Values.equal(value, constant);
      }
      case "valueGt" -> {
        double limit = spec.numberArgument(1).doubleValue();
        yield (key, value) -> value != null && Arithmetic.toDouble(value) > limit;
      }
      case "valueEven" -> (key, value) -> value != null && (Long) value % 2 == 0;
      case "valueLongerThan" -> {
        long limit = spec.longArgument(1);
        yield (key, value) -> value != null && ((String) value).length() > limit;
      }
      case "valueContains" -> {
        String part = spec.textArgument(1);
        yield (key, value) -> value != null && ((String) value).contains(part);
      }
      case "fieldGt" -> {
        String name = spec.textArgument(1);
        long limit = spec.longArgument(2);
        yield (key, value) -> isGreater(Values.integerMember(value, name), limit);
      }
      case "fieldEq" -> {
        String name = spec.textArgument(1);
        JsonNode constant = spec.argument(2);
        yield (key, value) -> Values.equal(Values.member(value, name), constant);
      }
      default -> throw spec.unknown("predicate");
    };
  }

  private static boolean beginsWithVowel(String text) {
    return !text.isEmpty() && "aeiou".indexOf(text.charAt(0)) >= 0;
  }

  private static boolean isGreater(Long number, long limit) {
    return number != null && number > limit;
  }
}
