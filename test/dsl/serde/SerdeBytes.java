import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.kstream.SessionWindowedSerializer;
import org.apache.kafka.streams.kstream.TimeWindowedSerializer;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.SessionWindow;
import org.apache.kafka.streams.kstream.internals.TimeWindow;
import org.apache.kafka.streams.kstream.internals.UnlimitedWindow;

/** Prints the bytes that Java's serdes write, as java-bytes.json has them: see java-bytes.test.ts. */
public class SerdeBytes {
  private static final List<String> LINES = new ArrayList<>();

  public static void main(String[] args) {
    for (int value : new int[] {0, 1, -1, 16909060, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      add("integer " + value, Serdes.Integer(), value);
    }
    for (short value : new short[] {0, 1, -1, 258, Short.MIN_VALUE, Short.MAX_VALUE}) {
      add("short " + value, Serdes.Short(), value);
    }
    long[] safe = {0, 1, -1, 72623859790382L, (1L << 53) - 1, -(1L << 53) + 1};
    for (long value : safe) add("long " + value, Serdes.Long(), value);
    for (long value : new long[] {0, -1, 1L << 53, Long.MIN_VALUE, Long.MAX_VALUE}) {
      add("bigint " + value, Serdes.Long(), value);
    }
    add("timestamp 2026-01-02T03:04:05.678Z", Serdes.Long(), java.time.Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli());
    add("timestamp 1969-12-31T23:59:59.999Z", Serdes.Long(), -1L);
    for (String text : List.of("0", "-0", "1.5", "-0.1", "3.4028234663852886E38", "1.401298464324817E-45", "NaN", "Infinity", "-Infinity")) {
      add("float " + text, Serdes.Float(), (float) Double.parseDouble(text));
      add("double " + text, Serdes.Double(), Double.parseDouble(text));
    }
    // A NaN with other bits, read and written again. JavaScript has one NaN: a float can't keep such bits, as Java's does.
    add("double ffffffffffffffff", Serdes.Double(), Serdes.Double().deserializer().deserialize("", HexFormat.of().parseHex("ffffffffffffffff")));
    add("boolean true", Serdes.Boolean(), true);
    add("boolean false", Serdes.Boolean(), false);
    add("uuid 01234567-89AB-CDEF-0123-456789ABCDEF", Serdes.UUID(), UUID.fromString("01234567-89AB-CDEF-0123-456789ABCDEF"));
    add("string h\u00e9 \ud83d\ude00", Serdes.String(), "h\u00e9 \ud83d\ude00");
    add("string ", Serdes.String(), "");
    add("bytes 00ff10", Serdes.ByteArray(), new byte[] {0, (byte) 0xff, 0x10});
    list("list integer 1,null,-1", Serdes.Integer(), 1, null, -1);
    list("list short 1", Serdes.Short(), (short) 1);
    list("list long 1,2", Serdes.Long(), 1L, 2L);
    list("list double 1.5", Serdes.Double(), 1.5);
    list("list float 1.5", Serdes.Float(), 1.5f);
    list("list boolean true,null", Serdes.Boolean(), true, null);
    list("list uuid 01234567-89ab-cdef-0123-456789abcdef,null", Serdes.UUID(), UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"), null);
    list("list string a,null,,bc", Serdes.String(), "a", null, "", "bc");
    list("list string", Serdes.String());
    list("list integer", Serdes.Integer());
    windowed("a", 0, 60_000);
    windowed("", 1_700_000_000_000L, 1_700_000_060_000L);
    windowed("h\u00e9", 9_007_199_254_680_991L, 9_007_199_254_740_991L);
    LINES.add(entry("timeWindowed a 5 Infinity", new TimeWindowedSerializer<>(Serdes.String().serializer()).serialize("", new Windowed<>("a", new UnlimitedWindow(5)))));
    LINES.add(entry("sessionWindowed a 5 Infinity", new SessionWindowedSerializer<>(Serdes.String().serializer()).serialize("", new Windowed<>("a", new SessionWindow(5, Long.MAX_VALUE)))));
    System.out.println("{\n" + String.join(",\n", LINES) + "\n}");
  }

  private static void windowed(String key, long start, long end) {
    LINES.add(entry("timeWindowed " + key + " " + start + " " + end, new TimeWindowedSerializer<>(Serdes.String().serializer()).serialize("", new Windowed<>(key, new TimeWindow(start, end)))));
    LINES.add(entry("sessionWindowed " + key + " " + start + " " + end, new SessionWindowedSerializer<>(Serdes.String().serializer()).serialize("", new Windowed<>(key, new SessionWindow(start, end)))));
  }

  @SafeVarargs
  private static <T> void list(String name, Serde<T> inner, T... elements) {
    LINES.add(entry(name, Serdes.ListSerde(ArrayList.class, inner).serializer().serialize("", Arrays.asList(elements))));
  }

  private static <T> void add(String name, Serde<T> serde, T value) {
    LINES.add(entry(name, serde.serializer().serialize("", value)));
  }

  private static String entry(String name, byte[] bytes) {
    return "  \"" + name + "\": \"" + HexFormat.of().formatHex(bytes) + "\"";
  }
}
