import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * A workload in Java Kafka Streams.
 *
 * <p>Its argument is a properties file: those that begin with "peer." choose the workload, its topics and its windows, the
 * others are the configuration of Kafka Streams.
 */
public final class Peer {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private Peer() {}

  public static void main(String[] args) throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of(args[0]))) {
      properties.load(file);
    }
    // Each dead letter would be a line of the log.
    Configurator.setLevel(LogAndContinueProcessingExceptionHandler.class.getName(), Level.ERROR);
    KafkaStreams streams = new KafkaStreams(topology(properties), properties);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(CLOSE_TIMEOUT)));
    streams.start();
  }

  private static Topology topology(Properties properties) {
    String workload = properties.getProperty("peer.workload");
    return switch (workload) {
      case "users" -> UsersTopology.build(properties);
      case "enrich" -> ShopTopologies.enrich(properties);
      case "match" -> ShopTopologies.match(properties);
      case "sessions" -> ShopTopologies.sessions(properties);
      default -> throw new IllegalArgumentException("peer.workload: " + workload);
    };
  }
}
