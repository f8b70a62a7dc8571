import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';

const TOPIC = 'trickle';
const MANY = 400;

describe('the consumer on node-rdkafka', () => {
  let broker: EmbeddedBroker;

  before(async () => {
    broker = await startEmbeddedBroker();
  });

  after(() => broker.stop());

  it('hands over what is there while records go on coming in, and does not wait until a poll is full', async () => {
    const cluster = { brokers: broker.address, clientId: 'test' };
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const producer = new DeliveryProducer({ cluster });
    const consumer = rdKafkaPorts(cluster, silent, {}).consumer({ clientId: 'test', pollTimeoutMs: 50 });
    await Promise.all([producer.connect(), consumer.connect()]);
    producer.send(TOPIC, 'key', Buffer.from('first'), 1);
    await producer.flush();
    consumer.assign([0, 1, 2, 3].map(partition => ({ topic: TOPIC, partition, offset: 0 })));
    // Once it has met the ends of the partitions: only more records end a poll then.
    let [records, ends] = [0, 0];
    while (records < 1 || ends < 4) {
      const batch = await consumer.poll(MANY);
      records += batch.records.length;
      ends += batch.ends.length;
    }

    let polled = false;
    const polling = consumer.poll(MANY).then(batch => {
      polled = true;
      return batch;
    });
    let sent = 0;
    for (; sent < 2 * MANY && !polled; sent++) {
      producer.send(TOPIC, 'key', Buffer.from('more'), 1);
      await delay(5);
    }
    const batch = await polling;
    assert.ok(batch.records.length > 0 && batch.records.length < MANY, `${batch.records.length} records of ${sent}`);
    await Promise.all([consumer.close(), producer.close()]);
  });
});
