import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Windowed;

/** The workloads of a shop: a stream with a table, two streams, and sessions. */
final class ShopTopologies {
  private static final Consumed<String, ObjectNode> CONSUMED = Consumed.with(Serdes.String(), Json.OBJECT);
  private static final Produced<String, ObjectNode> PRODUCED = Produced.with(Serdes.String(), Json.OBJECT);

  private ShopTopologies() {}

  /** Orders with their customers. */
  static Topology enrich(Properties properties) {
    String[] topics = topics(properties);
    StreamsBuilder builder = new StreamsBuilder();
    KTable<String, ObjectNode> customers = builder.table(topics[0], CONSUMED, Materialized.as("customers"));
    builder.stream(topics[1], CONSUMED)
        .join(customers, (order, customer) -> {
          for (String field : new String[] {"email", "city", "segment"}) order.set(field, customer.get(field));
          return order;
        })
        .to(results(properties), PRODUCED);
    return builder.build();
  }

  /** Orders with their payments. */
  static Topology match(Properties properties) {
    String[] topics = topics(properties);
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, ObjectNode> payments = builder.stream(topics[1], CONSUMED);
    builder.stream(topics[0], CONSUMED)
        .join(
            payments,
            (order, payment) -> {
              ObjectNode result = order.deepCopy();
              result.set("payment", payment.get("payment"));
              result.set("paid", payment.get("amount"));
              result.set("paid_at", payment.get("paid_at"));
              return result;
            },
            JoinWindows.ofTimeDifferenceAndGrace(window(properties), grace(properties)),
            StreamJoined.with(Serdes.String(), Json.OBJECT, Json.OBJECT).withStoreName("match"))
        .to(results(properties), PRODUCED);
    return builder.build();
  }

  /** The clicks of each session of a user. */
  static Topology sessions(Properties properties) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topics(properties)[0], CONSUMED)
        .groupByKey(Grouped.with(Serdes.String(), Json.OBJECT))
        .windowedBy(SessionWindows.ofInactivityGapAndGrace(window(properties), grace(properties)))
        .count(Materialized.as("sessions"))
        .toStream()
        .map((session, clicks) -> KeyValue.pair(
            session.key() + "@" + session.window().start() + "-" + session.window().end(),
            clicks == null ? null : row(session, clicks)))
        .to(results(properties), PRODUCED);
    return builder.build();
  }

  private static ObjectNode row(Windowed<String> session, long clicks) {
    return Json.MAPPER.createObjectNode()
        .put("user", session.key())
        .put("start", session.window().start())
        .put("end", session.window().end())
        .put("clicks", clicks);
  }

  private static String[] topics(Properties properties) {
    return properties.getProperty("peer.topics.in").split(",");
  }

  private static String results(Properties properties) {
    return properties.getProperty("peer.topic.results");
  }

  private static Duration window(Properties properties) {
    return Duration.parse(properties.getProperty("peer.window.size"));
  }

  private static Duration grace(Properties properties) {
    return Duration.parse(properties.getProperty("peer.window.grace"));
  }
}
