import { kafkaAvailable, startKafka } from './kafka-broker.js';
import type { Availability } from './maven-jars.js';

/** A real broker that a test may use: one of its own, or one that the environment names and others may use too. */
export interface BrokerForTests {
  /** `host:port,...` */
  readonly address: string;
  /** Ends it if it was started here. */
  stop(): Promise<void>;
}

/** Whether `brokerForTests` has a broker to give; the reason, where not, is what a skipped test prints. */
export function brokerForTestsAvailable(environment: NodeJS.ProcessEnv = process.env): Availability {
  return environment.KAFKA_BROKERS ? { available: true } : kafkaAvailable();
}

/** The broker that `KAFKA_BROKERS` names, or else an Apache Kafka started for the caller. */
export async function brokerForTests(environment: NodeJS.ProcessEnv = process.env): Promise<BrokerForTests> {
  const address = environment.KAFKA_BROKERS;
  return address ? { address, stop: () => Promise.resolve() } : startKafka();
}
