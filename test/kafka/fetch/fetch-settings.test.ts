import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FetcherUnsuitableError, fetchSettings } from '../../../streams/kafka/fetch/fetch-settings.js';
import { CERTIFICATE, PRIVATE_KEY } from '../../broker/certificate.js';

const plain = { 'metadata.broker.list': 'a:1,[::1]:2', 'client.id': 'me' };

describe('the settings of the fetcher', () => {
  it('are those of a client of librdkafka', () => {
    const settings = fetchSettings({
      ...plain,
      'fetch.wait.max.ms': '7',
      'fetch.min.bytes': 9,
      'socket.timeout.ms': 5,
    });
    assert.deepEqual(settings.bootstrap, [
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
    ]);
    assert.equal(settings.connection.clientId, 'me');
    assert.equal(settings.connection.tls, undefined);
    assert.equal(settings.sasl, undefined);
    assert.deepEqual([settings.maxWaitMs, settings.minBytes, settings.connection.requestTimeoutMs], [7, 9, 5]);
  });

  it('have certificates and keys as PEM, and what is checked of the broker', () => {
    const pem = { 'ssl.ca.pem': CERTIFICATE, 'ssl.certificate.pem': CERTIFICATE, 'ssl.key.pem': PRIVATE_KEY };
    const { tls } = fetchSettings({ ...plain, ...pem, 'security.protocol': 'SSL' }).connection;
    assert.deepEqual([tls?.ca, tls?.cert, tls?.key], [CERTIFICATE, CERTIFICATE, PRIVATE_KEY]);
    assert.deepEqual([tls?.rejectUnauthorized, tls?.checkServerIdentity], [true, undefined]);
    const unchecked = {
      'enable.ssl.certificate.verification': 'false',
      'ssl.endpoint.identification.algorithm': 'none',
      'security.protocol': 'ssl',
    };
    const loose = fetchSettings({ ...plain, ...unchecked }).connection.tls;
    assert.equal(loose?.rejectUnauthorized, false);
    assert.equal(loose?.checkServerIdentity?.('host', {} as never), undefined);
  });

  it('have a mechanism of SASL with its user', () => {
    const sasl = { 'sasl.mechanisms': 'scram-sha-512', 'sasl.username': 'u', 'sasl.password': 'p' };
    assert.deepEqual(fetchSettings({ ...plain, ...sasl, 'security.protocol': 'sasl_plaintext' }).sasl, {
      mechanism: 'SCRAM-SHA-512',
      username: 'u',
      password: 'p',
    });
  });

  const unsuitable: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ 'security.protocol': 'sasl_ssl' }, /sasl.mechanism=GSSAPI/],
    [{ 'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'OAUTHBEARER' }, /sasl.mechanism=OAUTHBEARER/],
    [{ 'security.protocol': 'other' }, /security.protocol=other/],
    [{ 'ssl.keystore.location': 'a.p12' }, /ssl.keystore.location/],
    [{ 'client.rack': 'a' }, /client.rack/],
    [{ 'broker.address.family': 'v6' }, /broker.address.family/],
    [{ 'security.protocol': 'ssl', 'ssl.ca.pem': 'not' }, /ssl.ca.pem is no PEM/],
    [{ 'security.protocol': 'ssl', 'ssl.ca.location': '/no/such/file' }, /no\/such\/file/],
  ];
  for (const [config, reason] of unsuitable) {
    it(`can't be those of ${Object.entries(config).join(' ')}, and say why`, () => {
      assert.throws(
        () => fetchSettings({ ...plain, ...config }),
        (error: unknown) => error instanceof FetcherUnsuitableError && reason.test(error.message),
      );
    });
  }
});
