import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.Named;

/** An operation of a topology, or a part of one: its fields. */
record Operation(JsonNode json) {
  String op() {
    return requiredText("op");
  }

  boolean has(String field) {
    return json.hasNonNull(field);
  }

  /** The field as it stands in the case; null if it is absent. */
  JsonNode field(String name) {
    return json.get(name);
  }

  JsonNode requiredField(String name) {
    if (!has(name)) throw missing(name);
    return json.get(name);
  }

  /** Null if it is absent. */
  String text(String field) {
    return has(field) ? json.get(field).asText() : null;
  }

  String requiredText(String field) {
    return requiredField(field).asText();
  }

  long requiredLong(String field) {
    if (!json.path(field).isNumber()) throw missing(field);
    return json.get(field).longValue();
  }

  Duration duration(String field) {
    return Duration.ofMillis(requiredLong(field));
  }

  boolean isTrue(String field) {
    return json.path(field).asBoolean();
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    json.path(field).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** A field that has fields, such as the windows. */
  Operation part(String field) {
    return new Operation(requiredField(field));
  }

  /** The elements of a list, such as the branches of a split. */
  List<Operation> parts(String field) {
    List<Operation> parts = new ArrayList<>();
    json.path(field).forEach(part -> parts.add(new Operation(part)));
    return parts;
  }

  Serde<Object> keySerde() {
    return CaseSerdes.of(json.get("keySerde"));
  }

  Serde<Object> valueSerde() {
    return CaseSerdes.of(json.get("valueSerde"));
  }

  /** Of the right side of a join. */
  Serde<Object> otherSerde() {
    return CaseSerdes.of(json.get("otherSerde"));
  }

  /** The name of the node; null if the case gives none. */
  Named named() {
    return has("name") ? Named.as(text("name")) : null;
  }

  /** The stores of a processor. */
  String[] stores() {
    return texts("stores").toArray(String[]::new);
  }

  /** What to throw if what it is applied to does not have the operation. */
  InvalidCaseException unknown(String subject) {
    return new InvalidCaseException(subject + " has no operation " + op() + ": " + json);
  }

  private InvalidCaseException missing(String field) {
    return new InvalidCaseException(field + " is missing in " + json);
  }
}
