import type { KafkaConsumer, Message } from 'node-rdkafka';
import { promised } from './rdkafka-error.js';

/** The client's wait starts again with each record. It also serves rebalances and errors. */
export function consumeWithin(client: KafkaConsumer, timeoutMs: number, maxRecords: number): Promise<Message[]> {
  client.setDefaultConsumeTimeout(timeoutMs);
  return promised<Message[]>('consume', done => client.consume(maxRecords, done));
}
