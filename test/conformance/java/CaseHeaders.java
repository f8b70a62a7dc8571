import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Headers as a case has them: pairs of name and text. */
final class CaseHeaders {
  /** Of a dead letter's headers, a case has those that name the source record. The others depend on the language. */
  private static final String ERRORS_PREFIX = "__streams.errors.";
  private static final Set<String> ERRORS_KEPT = Set.of("topic", "partition", "offset");

  private CaseHeaders() {}

  static Headers ofJson(JsonNode json) {
    RecordHeaders headers = new RecordHeaders();
    for (JsonNode header : json) {
      JsonNode text = header.path(1);
      headers.add(header.path(0).asText(), text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8));
    }
    return headers;
  }

  static ArrayNode toJson(Headers headers) {
    ArrayNode json = Values.NODES.arrayNode();
    for (Header header : headers) {
      if (!isListed(header.key())) continue;
      json.addArray().add(header.key()).add(text(header.value()));
    }
    return json;
  }

  private static boolean isListed(String name) {
    return !name.startsWith(ERRORS_PREFIX) || ERRORS_KEPT.contains(name.substring(ERRORS_PREFIX.length()));
  }

  private static String text(byte[] value) {
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }
}
