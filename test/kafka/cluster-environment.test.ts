import assert from 'node:assert/strict';
import { clusterFromEnvironment, configErrorOf } from '../../streams/kafka/cluster-environment.js';
import { ConfigError } from '../../streams/kafka/config-error.js';

describe('clusterFromEnvironment', () => {
  it('names the local broker by default', () => {
    const local = { brokers: 'localhost:9092', clientId: 'me', clientConfig: {} };
    assert.deepEqual(clusterFromEnvironment({}, 'me'), local);
    assert.deepEqual(clusterFromEnvironment({ KAFKA_BROKERS: '', KAFKA_CONFIG_X: '' }, 'me'), local);
  });

  for (const brokers of ['kafka:9092', 'a:1,b.example.com:65535', '10.0.0.1:9092', '[::1]:9092']) {
    it(`takes ${brokers}`, () =>
      assert.equal(clusterFromEnvironment({ KAFKA_BROKERS: brokers }, 'me').brokers, brokers));
  }

  it('takes who fetches the records from KAFKA_FETCHER, and reports another value in one line', () => {
    assert.equal(clusterFromEnvironment({}, 'me').fetcher, undefined);
    assert.equal(clusterFromEnvironment({ KAFKA_FETCHER: '' }, 'me').fetcher, undefined);
    for (const fetcher of ['tributary', 'librdkafka']) {
      assert.equal(clusterFromEnvironment({ KAFKA_FETCHER: fetcher }, 'me').fetcher, fetcher);
    }
    assert.throws(
      () => clusterFromEnvironment({ KAFKA_FETCHER: 'native' }, 'me'),
      new ConfigError('KAFKA_FETCHER must be tributary or librdkafka, but is "native"'),
    );
  });

  it('takes spaces between brokers', () => {
    assert.equal(clusterFromEnvironment({ KAFKA_BROKERS: 'a:1, b:2' }, 'me').brokers, 'a:1,b:2');
  });

  for (const brokers of [
    'kafka',
    'kafka:',
    ':9092',
    'kafka:0',
    'kafka:65536',
    'a:1,,b:2',
    'a:1,',
    'a:1;b:2',
    'a b:1',
    '::1:9092',
  ]) {
    it(`refuses KAFKA_BROKERS=${brokers} in one line`, () => {
      assert.throws(
        () => clusterFromEnvironment({ KAFKA_BROKERS: brokers }, 'me'),
        (error: unknown) => error instanceof ConfigError && /^KAFKA_BROKERS .*$/.test(error.message),
      );
    });
  }

  it('passes KAFKA_CONFIG_<NAME> on as the property of that name', () => {
    const env = {
      KAFKA_CONFIG_SECURITY_PROTOCOL: 'ssl',
      KAFKA_CONFIG_SSL_CA_LOCATION: '/ca.pem',
      KAFKA_HOME: '/kafka',
    };
    assert.deepEqual(clusterFromEnvironment(env, 'me').clientConfig, {
      'security.protocol': 'ssl',
      'ssl.ca.location': '/ca.pem',
    });
  });

  for (const name of ['KAFKA_CONFIG_', 'KAFKA_CONFIG__X', 'KAFKA_CONFIG_X_', 'KAFKA_CONFIG_ssl']) {
    it(`refuses ${name}`, () => {
      assert.throws(() => clusterFromEnvironment({ [name]: 'x' }, 'me'), new RegExp(`^ConfigError: ${name} `));
    });
  }
});

describe('configErrorOf', () => {
  const cluster = clusterFromEnvironment({ KAFKA_CONFIG_SSL_CA: 'x', KAFKA_CONFIG_SSL_CA_LOCATION: 'x' }, 'me');

  it('names the variable of the property that librdkafka refused', () => {
    const error = configErrorOf(new Error('ssl.ca.location failed: no such file'), cluster);
    assert.equal(error.message, 'KAFKA_CONFIG_SSL_CA_LOCATION: ssl.ca.location failed: no such file');
  });

  it('is the message where no variable set that property', () => {
    assert.equal(configErrorOf(new Error('something else'), cluster).message, 'something else');
  });
});
