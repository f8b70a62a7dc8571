import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Processors that put each record into a store, and forward the rows of the store when they are called by time. */
final class Punctuating {
  private static final Pattern NAME = Pattern.compile("punctuate(Stream|Wall)(Clear|Once|From|)");

  private final String storeName;
  private final Duration interval;
  private final PunctuationType type;
  private final boolean clears;
  private final boolean once;
  /** Null if the punctuations are not anchored. */
  private final Instant start;

  private Punctuating(FunctionSpec spec, Matcher name) {
    storeName = spec.textArgument(1);
    interval = Duration.ofMillis(spec.longArgument(2));
    type = name.group(1).equals("Stream") ? PunctuationType.STREAM_TIME : PunctuationType.WALL_CLOCK_TIME;
    clears = name.group(2).equals("Clear");
    once = name.group(2).equals("Once");
    start = name.group(2).equals("From") ? Instant.ofEpochMilli(spec.longArgument(3)) : null;
  }

  static ProcessorSupplier<Object, Object, Object, Object> of(FunctionSpec spec) {
    Matcher name = NAME.matcher(spec.name());
    if (!name.matches()) throw spec.unknown("processor");
    return FunctionProcessor.supplier(new Punctuating(spec, name)::onRecord);
  }

  private FunctionProcessor.OnRecord onRecord(ProcessorContext<Object, Object> context) {
    KeyValueStore<Object, Object> rows = context.getStateStore(storeName);
    Cancellable[] schedule = new Cancellable[1];
    Punctuator punctuator = time -> {
      forwardRows(rows, time, context);
      if (once) schedule[0].cancel();
    };
    schedule[0] = start == null
        ? context.schedule(interval, type, punctuator)
        : context.schedule(start, interval, type, punctuator);
    return record -> {
      if (record.key() != null) StoreAccess.put(rows, record.key(), record.value(), record.timestamp());
    };
  }

  private void forwardRows(
      KeyValueStore<Object, Object> rows, long time, ProcessorContext<Object, Object> context) {
    try (KeyValueIterator<Object, Object> all = rows.all()) {
      while (all.hasNext()) {
        KeyValue<Object, Object> row = all.next();
        String value = Values.text(StoreAccess.plain(row.value)) + "#" + time;
        context.forward(new Record<>(row.key, value, time));
        if (clears) rows.delete(row.key);
      }
    }
  }
}
