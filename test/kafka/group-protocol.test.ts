import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ConfigError } from '../../streams/kafka/config-error.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { usersConfig } from '../../topology/environment.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe('GROUP_PROTOCOL', () => {
  it('is classic if not given, or empty', () => {
    assert.equal(usersConfig({}).groupProtocol, 'classic');
    assert.equal(usersConfig({ GROUP_PROTOCOL: '' }).groupProtocol, 'classic');
    assert.equal(usersConfig({ GROUP_PROTOCOL: 'consumer' }).groupProtocol, 'consumer');
  });

  it('that is neither classic nor consumer is reported in one line', () => {
    const message = 'GROUP_PROTOCOL must be classic or consumer, but is "eager"';
    assert.throws(() => usersConfig({ GROUP_PROTOCOL: 'eager' }), new ConfigError(message));
  });

  const onlyClassic = {
    KAFKA_CONFIG_SESSION_TIMEOUT_MS: '9000',
    KAFKA_CONFIG_HEARTBEAT_INTERVAL_MS: '1000',
    KAFKA_CONFIG_PARTITION_ASSIGNMENT_STRATEGY: 'range',
    KAFKA_CONFIG_GROUP_PROTOCOL_TYPE: 'consumer',
  };

  for (const [name, value] of Object.entries(onlyClassic)) {
    it(`of consumer refuses ${name} in one line that says why, which classic takes`, () => {
      assert.doesNotThrow(() => usersConfig({ GROUP_PROTOCOL: 'classic', [name]: value }));
      assert.throws(
        () => usersConfig({ GROUP_PROTOCOL: 'consumer', [name]: value }),
        (error: unknown) => error instanceof ConfigError && new RegExp(`^${name}: no .+: .+$`).test(error.message),
      );
    });
  }

  it('is not given as KAFKA_CONFIG_GROUP_PROTOCOL', () => {
    const message = /^ConfigError: KAFKA_CONFIG_GROUP_PROTOCOL: group\.protocol is set by GROUP_PROTOCOL .*$/;
    for (const value of ['classic', 'consumer']) {
      assert.throws(() => usersConfig({ KAFKA_CONFIG_GROUP_PROTOCOL: value }), message);
    }
  });

  it('is checked for a program, too, before its client connects', () => {
    const clientConfig = { 'session.timeout.ms': '9000' };
    const ports = rdKafkaPorts({ brokers: 'localhost:1', clientId: 'c', clientConfig }, silent);
    const options = { clientId: 'c', groupId: 'g', pollTimeoutMs: 10 };
    assert.doesNotThrow(() => ports.consumer(options));
    assert.throws(() => ports.consumer({ ...options, groupProtocol: 'consumer' }), ConfigError);
  });
});
