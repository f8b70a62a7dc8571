import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Which operation of a topology reads or writes a topic, for its serdes. */
final class CaseTopics {
  private final List<Operation> sinks = new ArrayList<>();
  private final List<Operation> others = new ArrayList<>();

  CaseTopics(JsonNode operations) {
    for (JsonNode json : operations) {
      Operation operation = new Operation(json);
      (operation.op().equals("to") ? sinks : others).add(operation);
    }
  }

  Operation source(String topic) {
    for (Operation operation : others) {
      if (topic.equals(operation.text("topic"))) return operation;
      if (operation.texts("topics").contains(topic)) return operation;
      if (operation.has("pattern") && topic.matches(operation.text("pattern"))) return operation;
    }
    throw new InvalidCaseException("no source reads " + topic);
  }

  /** Topics that no sink names are those of the first sink with a topic function. */
  Operation sink(String topic) {
    for (Operation sink : sinks) {
      if (topic.equals(sink.text("topic"))) return sink;
    }
    for (Operation sink : sinks) {
      if (sink.has("topicFn")) return sink;
    }
    throw new InvalidCaseException("no sink writes " + topic);
  }
}
