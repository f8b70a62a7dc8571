import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'mocha';
import { ConfigError } from '../../streams/index.js';
import { usersConfig } from '../../topology/environment.js';
import { advertisedAddress } from '../../topology/http-address.js';

describe('HTTP settings of the environment', () => {
  it('are loopback, any free port from 8081, and nothing advertised by default', () => {
    const expected = { port: undefined, host: '127.0.0.1', advertised: undefined, allowedHosts: [] };
    assert.deepEqual(usersConfig({}).http, expected);
    assert.deepEqual(
      usersConfig({ HTTP_PORT: '', HTTP_HOST: '', HTTP_ADVERTISED: '', HTTP_ALLOWED_HOSTS: '' }).http,
      expected,
    );
  });

  it('are taken from HTTP_PORT, HTTP_HOST, HTTP_ADVERTISED and HTTP_ALLOWED_HOSTS', () => {
    const listening = { HTTP_PORT: '9000', HTTP_HOST: '0.0.0.0' };
    const env = { ...listening, HTTP_ADVERTISED: 'topology-1:80', HTTP_ALLOWED_HOSTS: 'topology, proxy.example:443' };
    assert.deepEqual(usersConfig(env).http, {
      port: 9000,
      host: '0.0.0.0',
      advertised: 'topology-1:80',
      allowedHosts: ['topology', 'proxy.example:443'],
    });
  });

  for (const [name, value] of [
    ['HTTP_PORT', '0'],
    ['HTTP_PORT', '65535'],
    ['HTTP_HOST', '::1'],
    ['HTTP_HOST', 'localhost'],
    ['HTTP_ADVERTISED', '[::1]:8081'],
    ['HTTP_ADVERTISED', 'my_host.example.com:65535'],
  ] as const) {
    it(`take ${name}=${value}`, () => assert.doesNotThrow(() => usersConfig({ [name]: value })));
  }

  for (const [name, value] of [
    ['HTTP_PORT', 'http'],
    ['HTTP_PORT', '65536'],
    ['HTTP_PORT', '-1'],
    ['HTTP_PORT', '80 '],
    ['HTTP_PORT', '8e3'],
    ['HTTP_HOST', 'http://localhost'],
    ['HTTP_HOST', 'a b'],
    ['HTTP_ADVERTISED', 'host'],
    ['HTTP_ADVERTISED', 'host:0'],
    ['HTTP_ADVERTISED', 'host:65536'],
    ['HTTP_ADVERTISED', '::1:80'],
    ['HTTP_ADVERTISED', 'http://host:80'],
    ['HTTP_ALLOWED_HOSTS', 'http://host'],
    ['HTTP_ALLOWED_HOSTS', 'host,*'],
    ['HTTP_ALLOWED_HOSTS', 'host:0'],
  ] as const) {
    it(`refuse ${name}=${value} in one line`, () => {
      assert.throws(
        () => usersConfig({ [name]: value }),
        (error: unknown) => error instanceof ConfigError && new RegExp(`^${name} must be .*$`).test(error.message),
      );
    });
  }

  it('do not show a password that was written into an address', () => {
    const env = { HTTP_ADVERTISED: 'me:hunter2@host' };
    assert.throws(
      () => usersConfig(env),
      /^ConfigError: HTTP_ADVERTISED must be host:port, but is "\[redacted\]@host"$/,
    );
  });
});

describe('advertisedAddress', () => {
  for (const [host, address] of [
    ['127.0.0.1', '127.0.0.1:8082'],
    ['localhost', 'localhost:8082'],
    ['::1', '[::1]:8082'],
    ['0.0.0.0', `${hostname()}:8082`],
    ['::', `${hostname()}:8082`],
  ] as const) {
    it(`of a process that listens on ${host} is ${address}`, () => {
      assert.equal(advertisedAddress({ host, advertised: undefined }, 8082), address);
    });
  }

  it('is what HTTP_ADVERTISED says', () => {
    assert.equal(advertisedAddress({ host: '::', advertised: 'far:80' }, 8082), 'far:80');
  });
});

describe('the commit interval of the environment', () => {
  it('is bounded with exactly_once_v2, in one line that names it: a broker ends a transaction that is open for long', () => {
    const env = { COMMIT_INTERVAL_MS: '300001' };
    assert.throws(() => usersConfig(env), /^ConfigError: COMMIT_INTERVAL_MS must be at most 300000 .*is 300001$/);
    const seldom = { ...env, PROCESSING_GUARANTEE: 'at_least_once' };
    assert.equal(usersConfig(seldom).commitIntervalMs, 300_001);
  });
});

describe('MAX_TIMESTAMP_AHEAD', () => {
  it('is one hour, a duration, or off', () => {
    const given = (value?: string): unknown => usersConfig({ MAX_TIMESTAMP_AHEAD: value }).maxTimestampAhead;
    assert.deepEqual([given(), given('90s'), given('0s'), given('off')], ['1h', '90s', '0s', undefined]);
  });

  it('that is something else is refused in one line that says what it may be', () => {
    assert.throws(
      () => usersConfig({ MAX_TIMESTAMP_AHEAD: 'never' }),
      /^ConfigError: MAX_TIMESTAMP_AHEAD must be a duration such as '60s' or '500ms', or off, but is "never"$/,
    );
  });
});
