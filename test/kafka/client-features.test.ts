import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import kafka from 'node-rdkafka';
import { lackingFeatures, lacksCodec } from '../../streams/kafka/client-features.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';

const ALL = ['gzip', 'snappy', 'ssl', 'sasl', 'lz4', 'sasl_plain', 'sasl_scram', 'zstd'];
const without = (...names: string[]): string[] => ALL.filter(name => !names.includes(name));

describe('the features of librdkafka', () => {
  it('lack nothing in a full build', () => {
    assert.deepEqual(lackingFeatures(ALL), []);
    assert.equal(lacksCodec(ALL), false);
  });

  it('that a build lacks are named one by one, each with what is lost and the package that is needed', () => {
    assert.deepEqual(lackingFeatures(without('zstd', 'ssl')), [
      'this build of librdkafka lacks zstd: batches compressed with zstd are not readable; install libzstd-dev and run npm rebuild node-rdkafka',
      'this build of librdkafka lacks ssl: no TLS, and no SASL with SCRAM or OAUTHBEARER; install libssl-dev and run npm rebuild node-rdkafka',
    ]);
    for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) assert.equal(lacksCodec(without(codec)), true, codec);
    assert.equal(lacksCodec(without('ssl')), false);
  });

  it('of this build are looked at with the first client: the log says once what it lacks', () => {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
    const ports = rdKafkaPorts({ brokers: 'localhost:1', clientId: 'test' }, logger);
    for (let clients = 0; clients < 2; clients++) ports.producer({ clientId: 'test' });
    assert.deepEqual(warnings, lackingFeatures(kafka.features));
  });

  it('are no matter where the configuration is refused, or with the embedded broker', () => {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
    const refused = { brokers: 'localhost:1', clientId: 'test', clientConfig: { 'no.such.property': '1' } };
    assert.throws(() => rdKafkaPorts(refused, logger).producer({ clientId: 'test' }));
    rdKafkaPorts({ brokers: 'localhost:1', clientId: 'test', embedded: true }, logger).producer({ clientId: 'test' });
    assert.deepEqual(warnings, []);
  });
});
