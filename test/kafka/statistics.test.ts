import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import type { Consumer, Producer } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';

describe('statistics of the clients', function () {
  this.timeout(30_000);
  let broker: EmbeddedBroker;

  before(async () => {
    broker = await startEmbeddedBroker();
  });

  after(() => broker.stop());

  it('are reported for consumers of a group and for producers, and for no other consumer', async () => {
    const told = new Map<string, number>();
    const cluster = { brokers: broker.address, clientId: 'test', clientConfig: { 'statistics.interval.ms': '50' } };
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const ports = rdKafkaPorts(cluster, silent, {
      onStatistics: json => {
        const { client_id: client } = JSON.parse(json) as { client_id: string };
        told.set(client, (told.get(client) ?? 0) + 1);
      },
    });
    const member = ports.consumer({ clientId: 'member', groupId: 'group', pollTimeoutMs: 20 });
    const loner = ports.consumer({ clientId: 'loner', pollTimeoutMs: 20 });
    const producer = ports.producer({ clientId: 'producer' });
    const clients: readonly (Consumer | Producer)[] = [member, loner, producer];
    for (const client of clients) await client.connect();
    member.subscribe(['topic'], { onPartitionsAssigned() {}, onPartitionsRevoked() {} });
    try {
      while ((told.get('member') ?? 0) < 2 || (told.get('producer') ?? 0) < 2) {
        await member.poll(1);
        await loner.poll(1);
      }
      assert.deepEqual([...told.keys()].sort(), ['member', 'producer']);
    } finally {
      for (const client of clients) await client.close();
    }
  });
});
