import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { FETCHERS } from '../../streams/kafka/client-config.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import type { Consumer, Producer } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';

describe('statistics of the clients', function () {
  this.timeout(30_000);
  let broker: EmbeddedBroker;

  before(async () => {
    broker = await startEmbeddedBroker();
  });

  after(() => broker.stop());

  const silent = { debug() {}, info() {}, warn() {}, error() {} };

  for (const fetcher of FETCHERS) {
    it(`have the records that a consumer has read, where ${fetcher} fetches them`, async () => {
      const topic = `read-${fetcher}`;
      const cluster = { brokers: broker.address, clientId: 'test', embedded: true, fetcher };
      const clientConfig = { 'statistics.interval.ms': '50' };
      let read = { rxmsgs: 0, rx_bytes: 0 };
      const ports = rdKafkaPorts({ ...cluster, clientConfig }, silent, {
        onStatistics: json => {
          const statistics = JSON.parse(json) as typeof read & { readonly client_id: string };
          if (statistics.client_id === 'member') read = statistics;
        },
      });
      const member = ports.consumer({ clientId: 'member', groupId: topic, pollTimeoutMs: 20 });
      const producer = ports.producer({ clientId: 'producer' });
      const admin = ports.admin();
      await admin.createTopic(topic, { partitions: 1, config: {} });
      await admin.close();
      await Promise.all([member.connect(), producer.connect()]);
      try {
        for (let i = 0; i < 10; i++) producer.send(topic, 0, null, Buffer.alloc(1000), 1, NO_HEADERS);
        await producer.flush();
        member.assign([{ topic, partition: 0, offset: 0 }]);
        while (read.rxmsgs < 10) await member.poll(100);
        assert.equal(read.rxmsgs, 10);
        assert.ok(read.rx_bytes > 100);
      } finally {
        for (const client of [member, producer]) await client.close();
      }
    });
  }

  it('are reported for consumers of a group and for producers, and for no other consumer', async () => {
    const told = new Map<string, number>();
    const cluster = { brokers: broker.address, clientId: 'test', clientConfig: { 'statistics.interval.ms': '50' } };
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
