import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** JSON objects. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final Serde<ObjectNode> OBJECT =
      Serdes.serdeFrom((topic, object) -> write(object), (topic, bytes) -> read(bytes));

  private Json() {}

  private static byte[] write(ObjectNode object) {
    try {
      return object == null ? null : MAPPER.writeValueAsBytes(object);
    } catch (IOException e) {
      throw new SerializationException(e);
    }
  }

  private static ObjectNode read(byte[] bytes) {
    try {
      return bytes == null ? null : (ObjectNode) MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw new SerializationException(e);
    }
  }
}
