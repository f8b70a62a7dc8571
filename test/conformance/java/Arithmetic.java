import com.fasterxml.jackson.databind.JsonNode;

/** Arithmetic of longs, or of doubles where one operand is a double. Null counts as 0. */
final class Arithmetic {
  private Arithmetic() {}

  static Object plus(Object a, Object b) {
    if (hasDouble(a, b)) return toDouble(a) + toDouble(b);
    return toLong(a) + toLong(b);
  }

  static Object minus(Object a, Object b) {
    if (hasDouble(a, b)) return toDouble(a) - toDouble(b);
    return toLong(a) - toLong(b);
  }

  static Object max(Object a, Object b) {
    if (hasDouble(a, b)) return Math.max(toDouble(a), toDouble(b));
    return Math.max(toLong(a), toLong(b));
  }

  static Object min(Object a, Object b) {
    if (hasDouble(a, b)) return Math.min(toDouble(a), toDouble(b));
    return Math.min(toLong(a), toLong(b));
  }

  static Object times(Object value, JsonNode factor) {
    if (value instanceof Double number) return number * factor.doubleValue();
    return (Long) value * factor.longValue();
  }

  static Object nullIf(Object value, JsonNode constant) {
    return Values.equal(value, constant) ? null : value;
  }

  static double toDouble(Object value) {
    return value == null ? 0 : ((Number) value).doubleValue();
  }

  private static long toLong(Object value) {
    return value == null ? 0 : (Long) value;
  }

  private static boolean hasDouble(Object a, Object b) {
    return a instanceof Double || b instanceof Double;
  }
}
