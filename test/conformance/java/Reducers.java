import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.streams.kstream.Reducer;

/** Reducers, which serve as subtractors and mergers as well. */
final class Reducers {
  private Reducers() {}

  static Reducer<Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "sum" -> Arithmetic::plus;
      case "minus" -> Arithmetic::minus;
      case "max" -> Arithmetic::max;
      case "min" -> Arithmetic::min;
      case "first" -> (aggregate, value) -> aggregate;
      case "last" -> (aggregate, value) -> value;
      case "concat" -> (aggregate, value) -> Values.text(aggregate) + "+" + Values.text(value);
      case "concatMinus" -> (aggregate, value) -> Values.text(aggregate) + "-" + Values.text(value);
      case "sumOrNull" -> {
        JsonNode none = spec.argument(1);
        yield (aggregate, value) -> Arithmetic.nullIf(Arithmetic.plus(aggregate, value), none);
      }
      default -> throw spec.unknown("reducer");
    };
  }
}
