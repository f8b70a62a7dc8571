import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.StateStore;

/** Runs a case, and answers with the members that Java gives for it. */
final class CaseRun {
  private static final Set<String> CALLING = Set.of("peek", "foreach");

  private final JsonNode operations;
  private final JsonNode input;
  private final CaseConfig config;
  private final CaseTopics topics;
  private final ArrayNode calls = Values.NODES.arrayNode();
  private final ObjectNode answer = Values.NODES.objectNode();

  private CaseRun(JsonNode conformanceCase) {
    operations = conformanceCase.path("topology");
    input = conformanceCase.path("input");
    config = new CaseConfig(conformanceCase.path("config"));
    topics = new CaseTopics(operations);
  }

  /**
   * What Java gives: {@code output}, {@code calls}, {@code stores}; {@code failsAt} and {@code error} if an input stops
   * the application; {@code buildError} if Java refuses the topology.
   *
   * @throws InvalidCaseException if the case is not in the vocabulary
   */
  static ObjectNode answer(JsonNode conformanceCase, Path stateDirectory) {
    CaseRun run = new CaseRun(conformanceCase);
    RecordingDriver driver;
    try {
      driver = new RecordingDriver(CaseTopology.of(run.operations, run.calls), run.config, stateDirectory);
    } catch (InvalidCaseException e) {
      throw e;
    } catch (RuntimeException e) {
      return refused(e);
    }
    try {
      run.feed(driver);
    } finally {
      close(driver);
    }
    return run.answer;
  }

  private static ObjectNode refused(RuntimeException error) {
    ObjectNode answer = Values.NODES.objectNode();
    answer.putArray("output");
    answer.put("buildError", ErrorText.of(error));
    answer.putObject("stores");
    return answer;
  }

  private void feed(RecordingDriver driver) {
    List<ProducerRecord<byte[], byte[]>> written = driver.written();
    int finished = 0;
    int fed = 0;
    Throwable error = null;
    for (JsonNode item : input) {
      try {
        feed(item, driver);
      } catch (Throwable e) {
        error = e;
        break;
      }
      finished = written.size();
      fed++;
    }
    // What the failing input wrote before it failed is not part of a case.
    answer.set("output", new OutputRecords(topics, config.deadLetterTopic()).toJson(written.subList(0, finished)));
    if (callsAreListed()) answer.set("calls", calls);
    ObjectNode stores = Values.NODES.objectNode();
    if (error == null) {
      putStores(stores, driver);
    } else {
      throwIfInvalid(error);
      answer.put("failsAt", fed).put("error", ErrorText.of(error));
    }
    answer.set("stores", stores);
  }

  private void feed(JsonNode item, RecordingDriver driver) throws Throwable {
    if (item.has("advanceWallClock")) {
      driver.advanceWallClock(Duration.ofMillis(item.get("advanceWallClock").longValue()));
      return;
    }
    String topic = item.path("topic").asText();
    Operation source = topics.source(topic);
    driver.pipe(
        topic,
        CaseSerdes.bytes(item.get("key"), item.get("keyHex"), source.field("keySerde")),
        CaseSerdes.bytes(item.get("value"), item.get("valueHex"), source.field("valueSerde")),
        item.path("ts").longValue(),
        CaseHeaders.ofJson(item.path("headers")));
  }

  private boolean callsAreListed() {
    for (JsonNode operation : operations) {
      if (CALLING.contains(operation.path("op").asText())) return true;
    }
    return false;
  }

  private void putStores(ObjectNode stores, RecordingDriver driver) {
    for (JsonNode json : operations) {
      Operation operation = new Operation(json);
      if (!operation.has("store")) continue;
      String name = operation.text("store");
      StateStore store = driver.stores().get(name);
      stores.set(name, StoreEntries.of(store, operation, input));
    }
  }

  /** Kafka Streams wraps what a function throws. */
  private static void throwIfInvalid(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidCaseException invalid) throw invalid;
    }
  }

  private static void close(RecordingDriver driver) {
    try {
      driver.close();
    } catch (RuntimeException e) {
      // An application that has failed closes with an error; the answer has the first one.
    }
  }
}
