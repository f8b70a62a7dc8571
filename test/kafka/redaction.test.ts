import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { configErrorOf } from '../../streams/kafka/cluster-environment.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { redacted } from '../../streams/kafka/rdkafka-error.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { isSecret, redactedLogger, redactionOf } from '../../streams/kafka/redaction.js';

const SECRET = 'correct horse "battery"';

function cluster(clientConfig: Readonly<Record<string, string>>) {
  return { brokers: 'localhost:1', clientId: 'test', clientConfig };
}

describe('redactionOf', () => {
  for (const property of [
    'sasl.password',
    'ssl.key.password',
    'ssl.keystore.password',
    'ssl.key.pem',
    'ssl.certificate.pem',
    'sasl.oauthbearer.client.secret',
    'sasl.oauthbearer.config',
    'sasl.oauthbearer.assertion.private.key.passphrase',
    'sasl.oauthbearer.assertion.private.key.pem',
  ]) {
    it(`takes out the value of ${property}`, () => {
      const redact = redactionOf(cluster({ [property]: SECRET }));
      assert.equal(redact(`wrong: ${SECRET}!`), 'wrong: [redacted]!');
      assert.equal(redact(`wrong: ${JSON.stringify(SECRET)}!`), 'wrong: "[redacted]"!');
    });
  }

  for (const property of ['security.protocol', 'sasl.username', 'sasl.mechanisms', 'ssl.ca.location', 'client.rack']) {
    it(`leaves the value of ${property}`, () => {
      assert.equal(isSecret(property), false);
      assert.equal(redactionOf(cluster({ [property]: 'plain-value' }))('it is plain-value'), 'it is plain-value');
    });
  }

  it('takes out each line of a key that a message breaks apart', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n';
    const said = redactionOf(cluster({ 'ssl.key.pem': pem }))(
      `line MIIEvQIBADANBg, then kqhkiG9w0BAQEF; ${JSON.stringify(pem)}`,
    );
    assert.doesNotMatch(said, /MIIEvQIBADANBg|kqhkiG9w0BAQEF/);
  });

  it('takes out a short secret where it stands alone, and leaves words whole', () => {
    const redact = redactionOf(cluster({ 'sasl.password': 'ab' }));
    assert.equal(redact('about "ab": ab'), 'about "[redacted]": [redacted]');
  });

  it('takes out passwords of URLs', () => {
    assert.equal(redactionOf({})('at https://me:pass@host/x'), 'at https://[redacted]@host/x');
  });

  it('leaves no secret in any text', () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 30 })
      .filter(text => text.trim() !== '' && !'[redacted]'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const redact = redactionOf(cluster({ 'sasl.password': value }));
        fc.pre(!`${before}[redacted]${after}`.includes(value));
        assert.equal(redact(`${before}${value}${after}`).includes(value), false);
      }),
    );
  });
});

describe('secrets of a cluster', () => {
  const redact = redactionOf(cluster({ 'sasl.password': SECRET }));

  it('are not in what the client logs', () => {
    const lines: string[] = [];
    const add = (line: string): void => void lines.push(line);
    const logger = redactedLogger({ debug: add, info: add, warn: add, error: add }, redact);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](`${level}: ${SECRET}`);
    assert.deepEqual(lines, ['debug: [redacted]', 'info: [redacted]', 'warn: [redacted]', 'error: [redacted]']);
  });

  it('are not in its errors, nor in what caused them', async () => {
    const failing = Promise.reject(
      new KafkaClientError(`connect: ${SECRET}`, 'abort', -1, { cause: new Error(SECRET) }),
    );
    await assert.rejects(redacted(redact, failing), (error: unknown) => {
      assert.ok(error instanceof KafkaClientError);
      assert.deepEqual(
        [error.message, error.kind, error.code, error.cause],
        ['connect: [redacted]', 'abort', -1, undefined],
      );
      return true;
    });
  });

  it('are not in the refusal of the configuration', () => {
    const refusal = new Error(`Invalid value "${SECRET}" for configuration property "sasl.password"`);
    const error = configErrorOf(refusal, cluster({ 'sasl.password': SECRET }));
    const message = 'KAFKA_CONFIG_SASL_PASSWORD: Invalid value "[redacted]" for configuration property "sasl.password"';
    assert.deepEqual([error.message, error.cause], [message, undefined]);
  });

  it('do not hide what else is wrong: a client that is refused names the variable', () => {
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const ports = rdKafkaPorts(cluster({ 'security.protocol': 'tls', 'sasl.password': SECRET }), silent);
    const expected = { name: 'ConfigError', message: /^KAFKA_CONFIG_SECURITY_PROTOCOL: .*"tls"/ };
    assert.throws(() => ports.admin(), expected);
    assert.throws(() => ports.producer({ clientId: 'p' }), expected);
    assert.throws(() => ports.consumer({ clientId: 'c', pollTimeoutMs: 10 }), expected);
  });
});
