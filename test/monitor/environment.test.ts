import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { monitorConfig } from '../../monitor/environment.js';
import { ConfigError } from '../../streams/kafka/config-error.js';

describe("the monitor's environment", () => {
  it('watches the users application of a local broker, seen on loopback only, if nothing is set', () => {
    assert.deepEqual(monitorConfig({}), {
      cluster: { brokers: 'localhost:9092', clientId: 'users-monitor', clientConfig: {} },
      applicationId: 'users',
      http: { host: '127.0.0.1', port: 8080 },
      logLevel: 'info',
    });
  });

  it('takes what is set; a variable that is empty counts as not set', () => {
    const config = monitorConfig({
      KAFKA_BROKERS: 'kafka:29092',
      KAFKA_CONFIG_SECURITY_PROTOCOL: 'ssl',
      APPLICATION_ID: 'people',
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '0',
      LOG_LEVEL: '',
    });
    assert.deepEqual(config.cluster.clientConfig, { 'security.protocol': 'ssl' });
    assert.deepEqual([config.cluster.brokers, config.applicationId], ['kafka:29092', 'people']);
    assert.deepEqual([config.http, config.logLevel], [{ host: '0.0.0.0', port: 0 }, 'info']);
  });

  it('names the variable that is wrong, and tells no password', () => {
    const wrong: readonly [Record<string, string>, RegExp][] = [
      [{ HTTP_PORT: '65536' }, /^HTTP_PORT must be a port .* but is "65536"$/],
      [{ HTTP_PORT: '-1' }, /^HTTP_PORT /],
      [{ HTTP_HOST: 'a b' }, /^HTTP_HOST /],
      [{ APPLICATION_ID: 'a/b' }, /^APPLICATION_ID /],
      [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL /],
      [{ KAFKA_BROKERS: 'me:secret@kafka' }, /^KAFKA_BROKERS (?!.*secret)/],
      [{ HTTP_HOST: 'me:secret@kafka' }, /^HTTP_HOST (?!.*secret)/],
    ];
    for (const [env, message] of wrong) {
      assert.throws(
        () => monitorConfig(env),
        (error: unknown) => error instanceof ConfigError && message.test(error.message),
      );
    }
  });
});
