import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Joiners of two values. */
final class Joiners {
  /** Joins of tables hand over no key; only joins with a global table have a mapped key. */
  interface Joiner {
    Object join(Object key, Object mappedKey, Object left, Object right);
  }

  private Joiners() {}

  static Joiner of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "pair" -> (key, mappedKey, left, right) -> pair(left, right);
      case "keyPair" -> (key, mappedKey, left, right) -> Values.text(key) + ":" + pair(left, right);
      case "bothKeys" -> (key, mappedKey, left, right) ->
          Values.text(key) + "/" + Values.text(mappedKey) + ":" + pair(left, right);
      case "sum" -> (key, mappedKey, left, right) -> Arithmetic.plus(left, right);
      case "left" -> (key, mappedKey, left, right) -> left;
      case "right" -> (key, mappedKey, left, right) -> right;
      case "coalesce" -> (key, mappedKey, left, right) -> left != null ? left : right;
      case "obj" -> (key, mappedKey, left, right) -> object(left, right);
      default -> throw spec.unknown("joiner");
    };
  }

  static boolean takesBothKeys(JsonNode json) {
    return new FunctionSpec(json).name().equals("bothKeys");
  }

  private static String pair(Object left, Object right) {
    return "(" + Values.text(left) + "," + Values.text(right) + ")";
  }

  private static ObjectNode object(Object left, Object right) {
    ObjectNode object = Values.NODES.objectNode();
    object.set("l", Values.toJson(left));
    object.set("r", Values.toJson(right));
    return object;
  }
}
