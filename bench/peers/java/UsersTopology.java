import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The users workload: clean, count countries per window, count distinct emails per window. A rejected record becomes a dead
 * letter.
 */
final class UsersTopology {
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  private UsersTopology() {}

  static Topology build(Properties properties) {
    Duration size = Duration.parse(properties.getProperty("peer.window.size"));
    TimeWindows window =
        TimeWindows.ofSizeAndGrace(size, Duration.parse(properties.getProperty("peer.window.grace")));
    String cleaned = properties.getProperty("peer.topic.cleaned");
    StreamsBuilder builder = new StreamsBuilder();

    builder.stream(properties.getProperty("peer.topics.in"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(UserCleaning::clean)
        .map((key, user) -> KeyValue.pair(user.get("email").textValue(), user))
        .to(cleaned, Produced.with(Serdes.String(), Json.OBJECT));
    KStream<String, ObjectNode> users =
        builder.stream(cleaned, Consumed.with(Serdes.String(), Json.OBJECT));

    users.groupBy((email, user) -> user.get("country").textValue(), Grouped.with(Serdes.String(), Json.OBJECT))
        .windowedBy(window)
        .count(Materialized.as("country-count"))
        .toStream()
        .map((key, count) -> {
          String start = iso(key.window().start());
          return KeyValue.pair(key.key() + "@" + start, "{\"country\":\"" + key.key() + "\",\"windowStart\":\"" + start
              + "\",\"windowEnd\":\"" + iso(key.window().end()) + "\",\"count\":" + count + "}");
        })
        .to(properties.getProperty("peer.topic.country-count"), Produced.with(Serdes.String(), Serdes.String()));

    // The first sight of an email in a window counts: the filter needs every update, so this store has no cache.
    users.groupByKey(Grouped.with(Serdes.String(), Json.OBJECT))
        .windowedBy(window)
        .count(Materialized.<String, Long, WindowStore<Bytes, byte[]>>as("seen").withCachingDisabled())
        .toStream()
        .filter((key, count) -> count == 1L)
        .map((key, count) -> KeyValue.pair(key.window().start(), ""))
        .groupByKey(Grouped.with(Serdes.Long(), Serdes.String()))
        .count(Materialized.as("distinct"))
        .toStream()
        .map((start, count) -> KeyValue.pair(iso(start), "{\"windowStart\":\"" + iso(start) + "\",\"windowEnd\":\""
            + iso(start + size.toMillis()) + "\",\"distinctUsers\":" + count + "}"))
        .to(properties.getProperty("peer.topic.distinct-users"), Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  private static String iso(long epochMillis) {
    return ISO.format(Instant.ofEpochMilli(epochMillis));
  }
}
