import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.BranchedKStream;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/** Declares the topology of a case by the DSL. */
final class CaseTopology {
  private final StreamsBuilder builder = new StreamsBuilder();
  private final Map<String, Object> declared = new HashMap<>();
  private final ArrayNode calls;

  private CaseTopology(ArrayNode calls) {
    this.calls = calls;
  }

  /** The topology; its peek and foreach add their calls to {@code calls} when it runs. */
  static Topology of(JsonNode operations, ArrayNode calls) {
    CaseTopology topology = new CaseTopology(calls);
    operations.forEach(operation -> topology.add(new Operation(operation)));
    return topology.builder.build();
  }

  private void add(Operation operation) {
    switch (operation.op()) {
      case "to" -> addSink(operation);
      case "split" -> addBranches(operation);
      case "store" -> builder.addStateStore(DeclaredStores.of(operation));
      case "globalStore" -> builder.addGlobalStore(
          DeclaredStores.of(operation).withLoggingDisabled(),
          operation.requiredText("topic"),
          DslOptions.consumed(operation),
          GlobalProcessors.of(operation.requiredField("fn")));
      default -> declared.put(operation.text("id"), declare(operation));
    }
  }

  private Object declare(Operation operation) {
    return switch (operation.op()) {
      case "stream" -> stream(operation);
      case "table" -> table(operation);
      case "globalTable" -> globalTable(operation);
      case "cogroup" -> cogroup(operation);
      default -> derive(operation);
    };
  }

  private KStream<Object, Object> stream(Operation operation) {
    Consumed<Object, Object> consumed = DslOptions.consumed(operation);
    if (operation.has("pattern")) return builder.stream(Pattern.compile(operation.text("pattern")), consumed);
    if (operation.has("topics")) return builder.stream(operation.texts("topics"), consumed);
    return builder.stream(operation.requiredText("topic"), consumed);
  }

  private KTable<Object, Object> table(Operation operation) {
    String topic = operation.requiredText("topic");
    Consumed<Object, Object> consumed = DslOptions.consumed(operation);
    if (!operation.has("store") && !operation.has("versioned")) return builder.table(topic, consumed);
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    return builder.table(topic, consumed, rows);
  }

  private GlobalKTable<Object, Object> globalTable(Operation operation) {
    String topic = operation.requiredText("topic");
    Consumed<Object, Object> consumed = DslOptions.consumed(operation);
    if (!operation.has("store")) return builder.globalTable(topic, consumed);
    Materialized<Object, Object, KeyValueStore<Bytes, byte[]>> rows = DslOptions.materialized(operation);
    return builder.globalTable(topic, consumed, rows);
  }

  private CogroupedKStream<Object, Object> cogroup(Operation operation) {
    CogroupedKStream<Object, Object> cogrouped = null;
    for (Operation part : operation.parts("of")) {
      KGroupedStream<Object, Object> group = lookUpGroup(part.requiredText("from"));
      var aggregator = Aggregators.of(part.requiredField("fn"));
      cogrouped = cogrouped == null ? group.cogroup(aggregator) : cogrouped.cogroup(group, aggregator);
    }
    return cogrouped;
  }

  private void addSink(Operation operation) {
    KStream<Object, Object> from = lookUpStream(operation.requiredText("from"));
    if (operation.has("topicFn")) {
      from.to(TopicNames.of(operation.requiredField("topicFn")), DslOptions.produced(operation));
    } else {
      from.to(operation.requiredText("topic"), DslOptions.produced(operation));
    }
  }

  private void addBranches(Operation operation) {
    KStream<Object, Object> from = lookUpStream(operation.requiredText("from"));
    BranchedKStream<Object, Object> branched = from.split();
    for (Operation branch : operation.parts("branches")) {
      branched = branched.branch(Predicates.of(branch.requiredField("pred")), declaredAs(branch.requiredText("id")));
    }
    if (operation.has("defaultBranch")) {
      branched.defaultBranch(declaredAs(operation.text("defaultBranch")));
    } else {
      branched.noDefaultBranch();
    }
  }

  private Branched<Object, Object> declaredAs(String id) {
    return Branched.withConsumer(stream -> declared.put(id, stream));
  }

  /** An operation on something that has been declared before. */
  @SuppressWarnings("unchecked")
  private Object derive(Operation operation) {
    Object from = lookUp(operation.requiredText("from"));
    if (operation.has("joiner")) return Joins.of(from, lookUp(operation.requiredText("with")), operation);
    if (from instanceof KStream<?, ?> stream) return ofStream((KStream<Object, Object>) stream, operation);
    if (from instanceof KTable<?, ?> table) return TableOperations.of((KTable<Object, Object>) table, operation);
    return operation.op().equals("windowedBy") ? Windowing.of(from, operation) : Aggregations.of(from, operation);
  }

  private Object ofStream(KStream<Object, Object> stream, Operation operation) {
    return switch (operation.op()) {
      case "merge" -> stream.merge(lookUpStream(operation.requiredText("with")));
      case "peek" -> {
        String id = operation.requiredText("id");
        yield stream.peek((key, value) -> addCall(id, key, value));
      }
      case "foreach" -> {
        String id = operation.requiredText("id");
        stream.foreach((key, value) -> addCall(id, key, value));
        yield stream;
      }
      default -> StreamOperations.of(stream, operation);
    };
  }

  private void addCall(String id, Object key, Object value) {
    calls.addArray().add(id).add(Values.toJson(key)).add(Values.toJson(value));
  }

  @SuppressWarnings("unchecked")
  private KStream<Object, Object> lookUpStream(String id) {
    if (lookUp(id) instanceof KStream<?, ?> stream) return (KStream<Object, Object>) stream;
    throw new InvalidCaseException(id + " is no KStream");
  }

  @SuppressWarnings("unchecked")
  private KGroupedStream<Object, Object> lookUpGroup(String id) {
    if (lookUp(id) instanceof KGroupedStream<?, ?> group) return (KGroupedStream<Object, Object>) group;
    throw new InvalidCaseException(id + " is no KGroupedStream");
  }

  private Object lookUp(String id) {
    Object found = declared.get(id);
    if (found == null) throw new InvalidCaseException(id + " is not declared");
    return found;
  }
}
