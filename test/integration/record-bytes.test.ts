import assert from 'node:assert/strict';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { produceRaw } from '../broker/raw-producer.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';

const TOPIC = 'record-bytes-test';

describeOnBroker('records on a real broker', { timeoutMs: 60_000 }, broker => {
  beforeEach(() => createTopic(broker.address, TOPIC, 1));

  afterEach(() => deleteTopics(broker.address, [TOPIC]));
  it('keep what is empty apart from what is null', async () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const producer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger).producer({ clientId: 'test' });
    const contents = [Buffer.alloc(0), Buffer.from(''), Buffer.from('text').subarray(2, 2), null];
    const headers = [{ key: 'header', value: Buffer.from('value') }];
    try {
      await producer.connect();
      for (const content of contents) {
        producer.send(TOPIC, 0, content, content, 5, NO_HEADERS);
        producer.send(TOPIC, 0, content, content, 5, headers);
      }
      await producer.flush();
    } finally {
      await producer.close();
    }
    const read = await readAll(broker.address, TOPIC);
    const expected = contents.flatMap(content => [content?.length, content?.length]);
    assert.deepEqual(
      read.map(({ key }) => key?.length),
      expected,
      'keys',
    );
    assert.deepEqual(
      read.map(({ value }) => value?.length),
      expected,
      'values',
    );
  });

  it('have the earliest time that the client can write where theirs is 0, not the time of the wall clock', async () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const producer = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger).producer({ clientId: 'test' });
    try {
      await producer.connect();
      for (const timestamp of [0, 1, 2]) producer.send(TOPIC, 0, null, Buffer.from('v'), timestamp, NO_HEADERS);
      await producer.flush();
    } finally {
      await producer.close();
    }
    assert.deepEqual(
      (await readAll(broker.address, TOPIC)).map(({ timestamp }) => timestamp),
      [1, 1, 2],
    );
  });

  it('of the raw producer are what was given to it, whatever that is', async () => {
    const records = [
      { partition: 0, key: null, value: null, timestamp: -1, headers: [] },
      { partition: 0, key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: 0, headers: [] },
      {
        partition: 0,
        key: Buffer.from([0xff]),
        value: Buffer.alloc(1_048_400, 'x'),
        timestamp: 1_700_000_000_000,
        headers: [['name', Buffer.from([0xff, 0])] as const],
      },
    ];
    await produceRaw(broker.address, TOPIC, records);
    const read = await readAll(broker.address, TOPIC);
    assert.deepEqual(
      read.map(({ key, value, timestamp, headers }) => ({ key, value, timestamp, headers })),
      records.map(({ key, value, timestamp, headers }) => ({
        key,
        value,
        timestamp,
        headers: headers.map(([name, content]) => ({ key: name, value: content })),
      })),
    );
  });

  it('that the broker does not take make the raw producer fail', async () => {
    const tooLarge = { partition: 0, key: null, value: Buffer.alloc(1_100_000), timestamp: 1, headers: [] };
    await assert.rejects(
      produceRaw(broker.address, TOPIC, [tooLarge]),
      /refuses a record of record-bytes-test: error 10/,
    );
  });
});
