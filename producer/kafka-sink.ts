import type { DeliveryProducer } from 'tributary/kafka';
import type { RecordSink } from './record-sink.js';

/** Delivers to one topic. The caller connects and closes the producer. */
export function kafkaSink(producer: DeliveryProducer, topic: string): RecordSink {
  return {
    send: (key, value, timestamp) => producer.send(topic, key, value, timestamp),
    drained: signal => producer.drained(signal),
    flush: signal => producer.flush(signal),
    get delivery() {
      return producer.counts;
    },
  };
}
