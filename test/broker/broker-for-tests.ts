import { type KafkaBroker, kafkaAvailable, startKafka } from './kafka-broker.js';
import type { Availability } from './maven-jars.js';

/** A real broker that a test may use, beside others. */
export interface BrokerForTests {
  /** `host:port,...` */
  readonly address: string;
}

/** Whether `brokerForTests` has a broker to give; the reason, where not, is what a skipped test prints. */
export function brokerForTestsAvailable(environment: NodeJS.ProcessEnv = process.env): Availability {
  return environment.KAFKA_BROKERS ? { available: true } : kafkaAvailable();
}

/** One for all tests of this process: a start takes some eight seconds. */
let started: Promise<KafkaBroker> | undefined;

/** The broker that `KAFKA_BROKERS` names, or else an Apache Kafka that the first caller starts. */
export async function brokerForTests(environment: NodeJS.ProcessEnv = process.env): Promise<BrokerForTests> {
  const address = environment.KAFKA_BROKERS;
  if (address) return { address };
  started ??= startKafka();
  return await started;
}

/** Ends the broker that `brokerForTests` has started, if it has. */
export async function stopBrokerForTests(): Promise<void> {
  const broker = await started;
  started = undefined;
  await broker?.stop();
}
