import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { monitorConfig } from '../../monitor/environment.js';
import { ConfigError } from '../../streams/kafka/config-error.js';
import { AllowedHosts } from '../../streams/network/allowed-hosts.js';
import { CHECKOUT } from '../broker/checkout.js';

describe("the monitor's environment", () => {
  it('watches the users application of a local broker, seen on loopback only, if nothing is set', () => {
    assert.deepEqual(monitorConfig({}), {
      cluster: { brokers: 'localhost:9092', clientId: 'users-monitor', clientConfig: {} },
      applicationId: 'users',
      topics: DEFAULT_TOPICS,
      http: { host: '127.0.0.1', port: 8080, allowedHosts: [] },
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
      HTTP_ALLOWED_HOSTS: 'monitor,proxy.example:443',
      LOG_LEVEL: '',
    });
    assert.deepEqual(config.cluster.clientConfig, { 'security.protocol': 'ssl' });
    assert.deepEqual([config.cluster.brokers, config.applicationId], ['kafka:29092', 'people']);
    assert.deepEqual(
      [config.http, config.logLevel],
      [{ host: '0.0.0.0', port: 0, allowedHosts: ['monitor', 'proxy.example:443'] }, 'info'],
    );
  });

  it('names the variable that is wrong, and shows no password', () => {
    const wrong: readonly [Record<string, string>, RegExp][] = [
      [{ HTTP_PORT: '65536' }, /^HTTP_PORT must be a port .* but is "65536"$/],
      [{ HTTP_PORT: '-1' }, /^HTTP_PORT /],
      [{ HTTP_HOST: 'a b' }, /^HTTP_HOST /],
      [{ HTTP_ALLOWED_HOSTS: 'http://monitor' }, /^HTTP_ALLOWED_HOSTS must be .*but is "http:\/\/monitor"$/],
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

  it('lets Prometheus ask under the name that docker-compose gives it', async () => {
    const prometheus = await readFile(path.join(CHECKOUT, 'monitor/prometheus/prometheus.yml'), 'utf8');
    const compose = await readFile(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8');
    const [, target = ''] = /job_name: monitor\n.*\n\s+- targets: \['(.*)'\]/.exec(prometheus) ?? [];
    const [service = ''] = /\n {2}monitor:\n(?: {4}.*\n)+/.exec(compose) ?? [];
    const [, listed = ''] = /HTTP_ALLOWED_HOSTS: (.*)\n/.exec(service) ?? [];
    const { http } = monitorConfig({ HTTP_ALLOWED_HOSTS: listed.replace(/\$\{.*\}/, '') });
    assert.equal(target, 'monitor:8080');
    assert.equal(new AllowedHosts(http.host, http.allowedHosts).allows(target), true);
  });
});
