import com.fasterxml.jackson.databind.JsonNode;

/** A function of the vocabulary as a case names it: {@code "name"}, or {@code ["name", argument, ...]}. */
record FunctionSpec(JsonNode json) {
  FunctionSpec {
    if (json == null || json.isNull()) throw new InvalidCaseException("a function is missing");
  }

  String name() {
    return json.isTextual() ? json.textValue() : json.path(0).asText();
  }

  /** The argument at the index, which begins with 1; null if it is absent. */
  JsonNode argument(int index) {
    return json.isArray() ? json.get(index) : null;
  }

  /** The argument as a value; null if it is absent. */
  Object valueArgument(int index) {
    return Values.ofJson(argument(index));
  }

  String textArgument(int index) {
    JsonNode argument = argument(index);
    if (argument == null || !argument.isTextual()) {
      throw new InvalidCaseException("argument " + index + " of " + json + " is no text");
    }
    return argument.textValue();
  }

  JsonNode numberArgument(int index) {
    JsonNode argument = argument(index);
    if (argument == null || !argument.isNumber()) {
      throw new InvalidCaseException("argument " + index + " of " + json + " is no number");
    }
    return argument;
  }

  long longArgument(int index) {
    return numberArgument(index).longValue();
  }

  /** What to throw if no function of this kind has the name. */
  InvalidCaseException unknown(String kind) {
    return new InvalidCaseException(kind + " " + json + " is not known");
  }
}
