import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';

const TOPIC = 'trickle-test';
const MANY = 300;
const PAUSE_MS = 5;

describeOnBroker('records that trickle in, on a real broker', { timeoutMs: 60_000 }, broker => {
  before(async () => {
    await createTopic(broker.address, TOPIC, 1);
  });

  after(async () => {
    await deleteTopics(broker.address, [TOPIC]);
  });

  it('are handed over as they come: a poll does not wait until it is full', async () => {
    const cluster = { brokers: broker.address, clientId: 'test' };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const producer = new DeliveryProducer({ cluster });
    const consumer = rdKafkaPorts(cluster, logger).consumer({ clientId: 'test', pollTimeoutMs: 50 });
    try {
      await Promise.all([producer.connect(), consumer.connect()]);
      const trickle = async (): Promise<void> => {
        for (let sent = 0; sent < 2 * MANY; sent++) {
          producer.send(TOPIC, 'key', Buffer.from('value'), Date.now());
          await delay(PAUSE_MS);
        }
      };
      const sending = trickle();
      consumer.assign([{ topic: TOPIC, partition: 0, offset: 0 }]);
      let largest = 0;
      for (let read = 0; read < 2 * MANY; ) {
        const { records } = await consumer.poll(MANY);
        largest = Math.max(largest, records.length);
        read += records.length;
      }
      await sending;
      assert.ok(largest < MANY, `a poll waited for ${largest} records`);
    } finally {
      await Promise.all([consumer.close(), producer.close()]);
    }
  });
});
