import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.kafka.streams.kstream.Aggregator;

/** Aggregators, which serve as subtractors as well. */
final class Aggregators {
  private Aggregators() {}

  static Aggregator<Object, Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "count" -> (key, value, aggregate) -> Arithmetic.plus(aggregate, 1L);
      case "uncount" -> (key, value, aggregate) -> Arithmetic.minus(aggregate, 1L);
      case "sum", "sumDouble" -> (key, value, aggregate) -> Arithmetic.plus(aggregate, value);
      case "minus" -> (key, value, aggregate) -> Arithmetic.minus(aggregate, value);
      case "max" -> (key, value, aggregate) -> Arithmetic.max(aggregate, value);
      case "min" -> (key, value, aggregate) -> Arithmetic.min(aggregate, value);
      case "sumLength" -> (key, value, aggregate) -> Arithmetic.plus(aggregate, length(value));
      case "minusLength" -> (key, value, aggregate) -> Arithmetic.minus(aggregate, length(value));
      case "concat" -> (key, value, aggregate) -> Values.text(aggregate) + "+" + Values.text(value);
      case "concatMinus" -> (key, value, aggregate) -> Values.text(aggregate) + "-" + Values.text(value);
      case "concatKey" -> (key, value, aggregate) ->
          Values.text(aggregate) + "+" + Values.text(key) + "." + Values.text(value);
      case "appendList" -> (key, value, aggregate) -> ((ArrayNode) aggregate).deepCopy().add(Values.toJson(value));
      case "sumField" -> {
        String name = spec.textArgument(1);
        yield (key, value, aggregate) -> Arithmetic.plus(aggregate, Values.integerMember(value, name));
      }
      case "minusField" -> {
        String name = spec.textArgument(1);
        yield (key, value, aggregate) -> Arithmetic.minus(aggregate, Values.integerMember(value, name));
      }
      case "sumOrNull" -> {
        JsonNode none = spec.argument(1);
        yield (key, value, aggregate) -> Arithmetic.nullIf(Arithmetic.plus(aggregate, value), none);
      }
      default -> throw spec.unknown("aggregator");
    };
  }

  private static long length(Object value) {
    return value == null ? 0 : ((String) value).length();
  }
}
