import { type KafkaBroker, kafkaAvailable, startKafka } from '../test/broker/kafka-broker.js';

/** Calls `use` with a broker of its own, and stops it after that. Rejects in one line if there can be no broker. */
export async function withBroker(use: (broker: KafkaBroker) => Promise<void>): Promise<void> {
  const available = kafkaAvailable();
  if (!available.available) throw new Error(`no benchmark without a broker: ${available.reason}`);
  const broker = await startKafka();
  try {
    await use(broker);
  } finally {
    await broker.stop();
  }
}
