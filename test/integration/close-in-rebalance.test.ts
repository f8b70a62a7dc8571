import assert from 'node:assert/strict';
import { GROUP_PROTOCOLS } from '../../streams/kafka/group-protocol.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { createTopic, deleteTopics } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';

const TOPIC = 'close-in-rebalance';
/** A poll that has nothing else to return ends as soon as the group has news. */
const POLL_TIMEOUT_MS = 6000;

describeOnBroker(
  'a consumer that is closed while the group assigns, on a real broker',
  { timeoutMs: 60_000 },
  broker => {
    before(() => createTopic(broker.address, TOPIC, 2));
    after(() => deleteTopics(broker.address, [TOPIC]));

    for (const groupProtocol of GROUP_PROTOCOLS) {
      it(`closes after its owner has heard of the assignment, with the ${groupProtocol} protocol`, async () => {
        const logger = { debug() {}, info() {}, warn() {}, error() {} };
        const ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test' }, logger);
        const groupId = `${TOPIC}-${groupProtocol}`;
        const consumer = ports.consumer({ clientId: 'test', groupId, groupProtocol, pollTimeoutMs: POLL_TIMEOUT_MS });
        await consumer.connect();
        const heard: string[] = [];
        consumer.subscribe([TOPIC], {
          onPartitionsAssigned: partitions => heard.push(`assigned ${partitions.length}`),
          onPartitionsRevoked: () => heard.push('revoked'),
        });
        const polling = consumer.poll(1);
        await consumer.close();
        assert.deepEqual(heard, ['assigned 2']);
        assert.deepEqual((await polling).records, []);
      });
    }
  },
);
