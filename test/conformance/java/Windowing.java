import java.time.Instant;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.SessionWindowedKStream;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.UnlimitedWindows;
import org.apache.kafka.streams.kstream.Windows;

/** Windows of a grouped or a cogrouped stream. */
final class Windowing {
  private Windowing() {}

  static Object of(Object group, Operation operation) {
    Object windows = windows(operation.part("windows"));
    Object windowed;
    if (group instanceof KGroupedStream<?, ?> grouped) {
      windowed = windowed(grouped, windows);
    } else if (group instanceof CogroupedKStream<?, ?> cogrouped) {
      windowed = windowed(cogrouped, windows);
    } else {
      throw operation.unknown("a windowed stream");
    }
    return operation.has("emit") ? emitting(windowed, operation) : windowed;
  }

  private static Object windows(Operation spec) {
    return switch (spec.requiredText("type")) {
      case "tumbling" -> TimeWindows.ofSizeAndGrace(spec.duration("size"), spec.duration("grace"));
      case "hopping" -> TimeWindows.ofSizeAndGrace(spec.duration("size"), spec.duration("grace"))
          .advanceBy(spec.duration("advance"));
      case "sliding" -> SlidingWindows.ofTimeDifferenceAndGrace(spec.duration("diff"), spec.duration("grace"));
      case "session" -> SessionWindows.ofInactivityGapAndGrace(spec.duration("gap"), spec.duration("grace"));
      case "unlimited" -> unlimited(spec);
      default -> throw new InvalidCaseException("no windows are " + spec.json());
    };
  }

  private static UnlimitedWindows unlimited(Operation spec) {
    if (!spec.has("start")) return UnlimitedWindows.of();
    return UnlimitedWindows.of().startOn(Instant.ofEpochMilli(spec.requiredLong("start")));
  }

  private static Object windowed(KGroupedStream<?, ?> grouped, Object windows) {
    if (windows instanceof SessionWindows sessions) return grouped.windowedBy(sessions);
    if (windows instanceof SlidingWindows sliding) return grouped.windowedBy(sliding);
    return grouped.windowedBy((Windows<?>) windows);
  }

  private static Object windowed(CogroupedKStream<?, ?> cogrouped, Object windows) {
    if (windows instanceof SessionWindows sessions) return cogrouped.windowedBy(sessions);
    if (windows instanceof SlidingWindows sliding) return cogrouped.windowedBy(sliding);
    return cogrouped.windowedBy((Windows<?>) windows);
  }

  private static Object emitting(Object windowed, Operation operation) {
    EmitStrategy strategy = switch (operation.text("emit")) {
      case "onWindowClose" -> EmitStrategy.onWindowClose();
      case "onWindowUpdate" -> EmitStrategy.onWindowUpdate();
      default -> throw new InvalidCaseException("emit is not known in " + operation.json());
    };
    if (windowed instanceof TimeWindowedKStream<?, ?> stream) return stream.emitStrategy(strategy);
    if (windowed instanceof SessionWindowedKStream<?, ?> stream) return stream.emitStrategy(strategy);
    throw new InvalidCaseException("Java has no emitStrategy for the windows of a cogroup: " + operation.json());
  }
}
