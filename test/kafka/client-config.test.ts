import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { producerConfig } from '../../streams/kafka/client-config.js';

describe('the configuration of a producer', () => {
  it('gives its topics what is a property of topics, also of what the user sets', () => {
    const clientConfig = { 'compression.level': '3', 'request.timeout.ms': '9000', 'security.protocol': 'ssl' };
    const { client, topic } = producerConfig({ brokers: 'a:1', clientId: 'c', clientConfig }, { 'linger.ms': 5 });
    assert.deepEqual(topic, {
      partitioner: 'murmur2_random',
      'compression.level': '3',
      'request.timeout.ms': '9000',
    });
    assert.equal(client['linger.ms'], 5);
    assert.equal(client['security.protocol'], 'ssl');
    assert.deepEqual(
      Object.keys(topic).filter(name => name in client),
      [],
    );
  });
});
