import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/** A processor that is a function of the record, which is made when the context is there. */
final class FunctionProcessor<K, V> implements Processor<Object, Object, K, V> {
  interface OnRecord {
    void process(Record<Object, Object> record);
  }

  interface Factory<K, V> {
    OnRecord make(ProcessorContext<K, V> context);
  }

  private final Factory<K, V> factory;
  private OnRecord onRecord;

  private FunctionProcessor(Factory<K, V> factory) {
    this.factory = factory;
  }

  static <K, V> ProcessorSupplier<Object, Object, K, V> supplier(Factory<K, V> factory) {
    return () -> new FunctionProcessor<>(factory);
  }

  @Override
  public void init(ProcessorContext<K, V> context) {
    onRecord = factory.make(context);
  }

  @Override
  public void process(Record<Object, Object> record) {
    onRecord.process(record);
  }
}
