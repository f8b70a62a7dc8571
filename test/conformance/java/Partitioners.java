import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Partitioners that drop some records, and leave the others to the default. */
final class Partitioners {
  private static final Optional<Set<Integer>> DROPPED = Optional.of(Set.of());
  private static final Optional<Set<Integer>> DEFAULT = Optional.empty();

  private Partitioners() {}

  static StreamPartitioner<Object, Object> of(JsonNode json) {
    FunctionSpec spec = new FunctionSpec(json);
    return switch (spec.name()) {
      case "dropIf" -> {
        Predicate<Object, Object> predicate = Predicates.of(spec.argument(1));
        yield (topic, key, value, partitions) -> predicate.test(key, value) ? DROPPED : DEFAULT;
      }
      case "dropIfHeader" -> new DropIfHeader(spec.textArgument(1));
      default -> throw spec.unknown("partitioner");
    };
  }

  private record DropIfHeader(String name) implements StreamPartitioner<Object, Object> {
    @Override
    public Optional<Set<Integer>> partitions(String topic, Object key, Object value, int partitions) {
      return DEFAULT;
    }

    @Override
    public Optional<Set<Integer>> partitions(
        String topic, Object key, Object value, Headers headers, int partitions) {
      return headers.lastHeader(name) != null ? DROPPED : DEFAULT;
    }
  }
}
