import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { monitorConfig } from '../../monitor/environment.js';
import { producerCommand } from '../../producer/command.js';
import { ConfigError } from '../../streams/kafka/config-error.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { usersConfig } from '../../topology/environment.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const refused: readonly (readonly [property: string, value: string])[] = [
  ['isolation.level', 'read_uncommitted'],
  ['isolation.level', 'read_committed'],
  ['transactional.id', 'mine'],
  ['transaction.timeout.ms', '1000'],
  ['group.id', 'mine'],
  ['group.instance.id', 'mine'],
  ['group.protocol', 'classic'],
  ['group.remote.assignor', 'uniform'],
  ['partition.assignment.strategy', 'cooperative-sticky'],
  ['partition.assignment.strategy', 'roundrobin'],
  ['partition.assignment.strategy', 'range,roundrobin'],
  ['enable.auto.commit', 'true'],
  ['auto.commit.enable', 'true'],
  ['enable.auto.offset.store', 'true'],
  ['enable.partition.eof', 'false'],
  ['auto.offset.reset', 'latest'],
  ['enable.idempotence', 'false'],
  ['acks', '1'],
  ['request.required.acks', '0'],
  ['max.in.flight', '6'],
  ['max.in.flight.requests.per.connection', '1000'],
  ['retries', '0'],
  ['message.send.max.retries', '0'],
  ['queuing.strategy', 'lifo'],
  ['partitioner', 'consistent_random'],
  ['delivery.report.only.error', 'true'],
  ['bootstrap.servers', 'elsewhere:9092'],
  ['metadata.broker.list', 'elsewhere:9092'],
];

const taken: readonly (readonly [property: string, value: string])[] = [
  ['security.protocol', 'ssl'],
  ['session.timeout.ms', '6000'],
  ['partition.assignment.strategy', 'range'],
  ['acks', 'all'],
  ['acks', '-1'],
  ['max.in.flight.requests.per.connection', '5'],
  ['retries', '10'],
  ['client.rack', 'a'],
  ['compression.codec', 'gzip'],
];

const variableOf = (property: string): string => `KAFKA_CONFIG_${property.toUpperCase().replaceAll('.', '_')}`;

/** One line that begins with `setting` and names the property. */
function refuses(setting: string, property: string, run: () => unknown): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(error.message.startsWith(`${setting}: ${property} `), error.message);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

describe('properties of librdkafka that the runtime sets itself', () => {
  for (const [property, value] of refused) {
    it(`${property}=${value} is refused by every command, in one line that names the variable`, () => {
      const name = variableOf(property);
      const env = { [name]: value };
      refuses(name, property, () => usersConfig(env));
      refuses(name, property, () => monitorConfig(env));
      refuses(name, property, () => producerCommand(['--generate', '1'], env));
    });
  }

  for (const [property, value] of refused) {
    it(`${property}=${value} is refused in a program before there is a client`, () => {
      const cluster = { brokers: 'localhost:1', clientId: 'c', clientConfig: { [property]: value } };
      refuses('clientConfig', property, () => rdKafkaPorts(cluster, silent));
      refuses('clientConfig', property, () => new DeliveryProducer({ cluster }));
    });
  }

  for (const [property, value] of taken) {
    it(`${property}=${value} is passed on`, () => {
      const { cluster } = usersConfig({ [variableOf(property)]: value });
      assert.deepEqual(cluster.clientConfig, { [property]: value });
      assert.doesNotThrow(() => rdKafkaPorts(cluster, silent));
    });
  }

  it('log_level, which no variable can name, is refused in a program: the ids of topics come from the log', () => {
    const cluster = { brokers: 'localhost:1', clientId: 'c', clientConfig: { log_level: '3' } };
    refuses('clientConfig', 'log_level', () => rdKafkaPorts(cluster, silent));
  });

  it('are refused whatever the processing guarantee: offsets and results belong together in both', () => {
    const env = { PROCESSING_GUARANTEE: 'at_least_once', KAFKA_CONFIG_ENABLE_AUTO_COMMIT: 'true' };
    refuses('KAFKA_CONFIG_ENABLE_AUTO_COMMIT', 'enable.auto.commit', () => usersConfig(env));
  });
});
