import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsConfig.InternalConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;

/** The configuration of an application from the {@code config} of a case. */
record CaseConfig(JsonNode json) {
  /** Names of internal topics and changelogs begin with it. */
  static final String APPLICATION_ID = "oracle-app";

  Properties properties(Path stateDirectory) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
    // Required, although the driver connects to nothing.
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, json.path("cacheBytes").asLong(0));
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, TaggedSerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, TaggedSerde.class);
    putEmitInterval(properties);
    putExceptionHandlers(properties);
    if (deadLetterTopic() != null) {
      properties.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, deadLetterTopic());
    }
    return properties;
  }

  /** The wall clock at the start. */
  Instant start() {
    return Instant.ofEpochMilli(json.path("wallClock").asLong(0));
  }

  /** Null if the case has none. */
  String deadLetterTopic() {
    return json.path("deadLetterTopic").asText(null);
  }

  /**
   * Java releases unmatched records of joins, and closed windows, at most once in this time of the wall clock (by
   * default a second). That clock stands still in a case, so without these they would never come out.
   */
  private void putEmitInterval(Properties properties) {
    long interval = json.path("emitIntervalMs").asLong(0);
    properties.put(InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, interval);
    properties.put(InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_WINDOWED_AGGREGATION, interval);
  }

  /** The only value of these members is {@code "continue"}; Java's default is to fail. */
  private void putExceptionHandlers(Properties properties) {
    if (json.has("onDeserializationError")) {
      properties.put(
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueExceptionHandler.class);
    }
    if (json.has("onProcessingError")) {
      properties.put(
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueProcessingExceptionHandler.class);
    }
    if (json.has("onGlobalProcessingError")) {
      properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
    }
  }
}
