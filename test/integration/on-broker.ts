import { type BrokerForTests, brokerForTests, brokerForTestsAvailable } from '../broker/broker-for-tests.js';
import { kafkaAvailable } from '../broker/kafka-broker.js';

export interface OnBrokerOptions {
  /** For each test and hook. */
  readonly timeoutMs: number;
  /** The tests run programs of Kafka itself, too. */
  readonly needsJava?: boolean;
}

/**
 * Describes behaviour on the broker that all tests of a run share. Tests take names of topics and groups that no others have. Where there
 * is no broker they are skipped, with the reason.
 */
export function describeOnBroker(
  title: string,
  { timeoutMs, needsJava = false }: OnBrokerOptions,
  tests: (broker: { readonly address: string }) => void,
): void {
  describe(title, function () {
    this.timeout(timeoutMs);
    const broker = brokerForTestsAvailable();
    const available = broker.available && needsJava ? kafkaAvailable() : broker;
    if (!available.available) {
      it.skip(`skipped: ${available.reason}`);
      return;
    }
    let running: BrokerForTests | undefined;

    before(async () => {
      running = await brokerForTests();
    });

    tests({
      get address() {
        if (running === undefined) throw new Error('the broker is not there before the tests');
        return running.address;
      },
    });
  });
}
