import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;

/**
 * A TopologyTestDriver that takes bytes, and gives bytes in the order of writing over all topics.
 *
 * <p>The driver's interface takes serializers, and gives the output topic by topic. So this reaches for two
 * private members.
 */
final class RecordingDriver implements AutoCloseable {
  private final TopologyTestDriver driver;
  private final Method pipeRecord;
  private final List<ProducerRecord<byte[], byte[]>> written = new ArrayList<>();

  RecordingDriver(Topology topology, CaseConfig config, Path stateDirectory) {
    driver = new TopologyTestDriver(topology, config.properties(stateDirectory), config.start());
    try {
      pipeRecord = TopologyTestDriver.class.getDeclaredMethod(
          "pipeRecord", String.class, long.class, byte[].class, byte[].class, Headers.class);
      pipeRecord.setAccessible(true);
      Field outputs = TopologyTestDriver.class.getDeclaredField("outputRecordsByTopic");
      outputs.setAccessible(true);
      outputs.set(driver, new OneQueue(written));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this version of the TopologyTestDriver has other private members", e);
    }
  }

  /** What was written so far, to internal topics too. It grows as more is written. */
  List<ProducerRecord<byte[], byte[]>> written() {
    return written;
  }

  Map<String, StateStore> stores() {
    return driver.getAllStateStores();
  }

  /** Throws what the topology throws. */
  void pipe(String topic, byte[] key, byte[] value, long timestamp, Headers headers) throws Throwable {
    try {
      pipeRecord.invoke(driver, topic, timestamp, key, value, headers);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  void advanceWallClock(Duration duration) {
    driver.advanceWallClockTime(duration);
  }

  @Override
  public void close() {
    driver.close();
  }

  /** Stands in for the driver's queues by topic: all topics have one, which adds to a list. */
  private static final class OneQueue extends HashMap<String, Queue<ProducerRecord<byte[], byte[]>>> {
    private final transient Queue<ProducerRecord<byte[], byte[]>> queue;

    OneQueue(List<ProducerRecord<byte[], byte[]>> records) {
      queue = new LinkedList<>() {
        @Override
        public boolean add(ProducerRecord<byte[], byte[]> record) {
          return records.add(record);
        }
      };
    }

    @Override
    public Queue<ProducerRecord<byte[], byte[]>> computeIfAbsent(
        String topic, Function<? super String, ? extends Queue<ProducerRecord<byte[], byte[]>>> newQueue) {
      return queue;
    }
  }
}
