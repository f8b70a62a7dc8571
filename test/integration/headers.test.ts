import assert from 'node:assert/strict';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import type { ConsumerRecord, Header } from '../../streams/kafka/record.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';

const TOPIC = 'headers-test';

describeOnBroker('headers of records on a real broker', { timeoutMs: 60_000 }, broker => {
  before(async () => {
    await createTopic(broker.address, TOPIC, 1);
  });

  after(async () => {
    await deleteTopics(broker.address, [TOPIC]);
  });

  it('come back byte for byte, in their order, also where they are no text', async () => {
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };
    const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger);
    const producer = ports.producer({ clientId: 'test' });
    const consumer = ports.consumer({ clientId: 'test', pollTimeoutMs: 100 });
    const headers: Header[] = [
      { key: 'text', value: Buffer.from('grün') },
      { key: 'bytes', value: Buffer.from([0xff, 0x00, 0x80]) },
      { key: 'bytes', value: Buffer.from('a\0b') },
      { key: 'empty', value: Buffer.alloc(0) },
      { key: '__streams.base64', value: Buffer.from('text') },
    ];
    try {
      await Promise.all([producer.connect(), consumer.connect()]);
      producer.send(TOPIC, 0, null, Buffer.from('v'), Date.now(), headers);
      await producer.flush();
      consumer.assign([{ topic: TOPIC, partition: 0, offset: 0 }]);
      const read: ConsumerRecord[] = [];
      while (read.length === 0) read.push(...(await consumer.poll(1)).records);
      assert.deepEqual(read[0]?.headers, headers);
      assert.match(warnings.join('; '), /headers for headers-test that are no UTF-8 text are written as base64/);
    } finally {
      for (const client of [producer, consumer]) await client.close();
    }
  });
});
