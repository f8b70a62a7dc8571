import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.kstream.internals.TimeWindow;

/**
 * The application's default serde, for what a case gives no serde: it takes any value, and writes its type in front of
 * it. It is public because Kafka Streams makes it from its class.
 */
public final class TaggedSerde implements Serde<Object> {
  private static final byte STRING = 0;
  private static final byte LONG = 1;
  private static final byte DOUBLE = 2;
  private static final byte JSON = 3;
  private static final byte TIME_WINDOWED = 4;
  private static final byte SESSION_WINDOWED = 5;

  /** Start and end of a window. */
  private static final int TIMES_LENGTH = 2 * Long.BYTES;

  @Override
  public Serializer<Object> serializer() {
    return (topic, value) -> write(value);
  }

  @Override
  public Deserializer<Object> deserializer() {
    return (topic, bytes) -> read(bytes);
  }

  private static byte[] write(Object value) {
    if (value == null) return null;
    if (value instanceof Windowed<?> windowed) {
      byte tag = windowed.window() instanceof SessionWindow ? SESSION_WINDOWED : TIME_WINDOWED;
      return tagged(tag, windowedKey(windowed));
    }
    if (value instanceof String text) return tagged(STRING, text.getBytes(StandardCharsets.UTF_8));
    if (value instanceof Long number) return tagged(LONG, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    if (value instanceof Double number) {
      return tagged(DOUBLE, ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
    }
    return tagged(JSON, CaseSerdes.JSON.serializer().serialize(null, value));
  }

  private static byte[] windowedKey(Windowed<?> windowed) {
    byte[] key = write(windowed.key());
    return ByteBuffer.allocate(key.length + TIMES_LENGTH)
        .put(key)
        .putLong(windowed.window().start())
        .putLong(windowed.window().end())
        .array();
  }

  private static byte[] tagged(byte tag, byte[] bytes) {
    return ByteBuffer.allocate(1 + bytes.length).put(tag).put(bytes).array();
  }

  private static Object read(byte[] bytes) {
    if (bytes == null) return null;
    byte[] content = Arrays.copyOfRange(bytes, 1, bytes.length);
    return switch (bytes[0]) {
      case STRING -> new String(content, StandardCharsets.UTF_8);
      case LONG -> ByteBuffer.wrap(content).getLong();
      case DOUBLE -> ByteBuffer.wrap(content).getDouble();
      case JSON -> CaseSerdes.JSON.deserializer().deserialize(null, content);
      case TIME_WINDOWED -> {
        ByteBuffer times = times(content);
        yield new Windowed<>(key(content), new TimeWindow(times.getLong(), times.getLong()));
      }
      case SESSION_WINDOWED -> {
        ByteBuffer times = times(content);
        yield new Windowed<>(key(content), new SessionWindow(times.getLong(), times.getLong()));
      }
      default -> throw new IllegalArgumentException("no type has the tag " + bytes[0]);
    };
  }

  private static Object key(byte[] windowed) {
    return read(Arrays.copyOf(windowed, windowed.length - TIMES_LENGTH));
  }

  private static ByteBuffer times(byte[] windowed) {
    return ByteBuffer.wrap(windowed, windowed.length - TIMES_LENGTH, TIMES_LENGTH);
  }
}
