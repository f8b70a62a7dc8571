import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serde;

/** The records that the application wrote, as the output of a case. */
final class OutputRecords {
  private static final String INTERNAL_PREFIX = CaseConfig.APPLICATION_ID + "-";

  private final CaseTopics topics;
  private final String deadLetterTopic;

  OutputRecords(CaseTopics topics, String deadLetterTopic) {
    this.topics = topics;
    this.deadLetterTopic = deadLetterTopic;
  }

  /** Leaves out internal topics. */
  ArrayNode toJson(List<ProducerRecord<byte[], byte[]>> written) {
    ArrayNode output = Values.NODES.arrayNode();
    for (ProducerRecord<byte[], byte[]> record : written) {
      if (!record.topic().startsWith(INTERNAL_PREFIX)) output.add(toJson(record));
    }
    return output;
  }

  private ObjectNode toJson(ProducerRecord<byte[], byte[]> record) {
    ObjectNode json = Values.NODES.objectNode().put("topic", record.topic());
    if (isRaw(record.topic())) {
      json.put("keyHex", hex(record.key())).put("valueHex", hex(record.value()));
    } else {
      Operation sink = topics.sink(record.topic());
      json.set("key", read(record.key(), sink.keySerde()));
      json.set("value", read(record.value(), sink.valueSerde()));
    }
    json.put("ts", record.timestamp());
    ArrayNode headers = CaseHeaders.toJson(record.headers());
    if (!headers.isEmpty()) json.set("headers", headers);
    return json;
  }

  /** A dead letter is the bytes of the source record. */
  private boolean isRaw(String topic) {
    return topic.equals(deadLetterTopic) || topics.sink(topic).isTrue("raw");
  }

  private static String hex(byte[] bytes) {
    return bytes == null ? null : HexFormat.of().formatHex(bytes);
  }

  private static JsonNode read(byte[] bytes, Serde<Object> serde) {
    if (bytes == null) return Values.NODES.nullNode();
    return Values.toCaseJson(serde.deserializer().deserialize("output", bytes));
  }
}
