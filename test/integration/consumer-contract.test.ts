import assert from 'node:assert/strict';
import { FETCHERS } from '../../streams/kafka/client-config.js';
import type { Consumer, Ports, Producer } from '../../streams/kafka/ports.js';
import { rdKafkaPorts } from '../../streams/kafka/rdkafka-ports.js';
import {
  type ConsumerRecord,
  NO_HEADERS,
  partitionId,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../streams/kafka/record.js';
import { deleteRecords } from '../broker/delete-records.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';

const PREFIX = 'contract-';
const POLL_TIMEOUT_MS = 50;
/** More than a fetcher takes at once. */
const LARGE_BYTES = 3_000_000;

for (const fetcher of FETCHERS) {
  describeOnBroker(`a consumer whose records ${fetcher} fetches, on a real broker`, { timeoutMs: 60_000 }, broker => {
    const open: (Consumer | Producer)[] = [];
    const warnings: string[] = [];
    let ports: Ports;
    let topic: string;
    let topics = 0;

    before(() => {
      const warn = (message: string): void => void warnings.push(message);
      const logger = { debug() {}, info() {}, warn, error: warn };
      const clientConfig = { 'message.max.bytes': '8000000' };
      ports = rdKafkaPorts({ brokers: broker.address, clientId: 'test', clientConfig, fetcher }, logger);
    });

    beforeEach(async () => {
      topic = `${PREFIX}${fetcher}-${topics++}`;
      warnings.length = 0;
      await createTopic(broker.address, topic, 2, { 'max.message.bytes': '8000000' });
    });

    afterEach(async () => {
      for (const client of open.splice(0)) await client.close();
    });

    after(async () => {
      const ours = [...(await topicPartitions(broker.address)).keys()].filter(name => name.startsWith(PREFIX));
      await deleteTopics(broker.address, ours);
    });

    async function consumer(groupId?: string): Promise<Consumer> {
      const group = groupId === undefined ? {} : { groupId };
      const made = ports.consumer({ clientId: `test-${open.length}`, pollTimeoutMs: POLL_TIMEOUT_MS, ...group });
      await made.connect();
      open.push(made);
      return made;
    }

    async function producer(transactionalId?: string): Promise<Producer> {
      const transactions = transactionalId === undefined ? {} : { transactionalId };
      const made = ports.producer({ clientId: 'test', ...transactions });
      await made.connect();
      open.push(made);
      if (transactionalId !== undefined) await made.initTransactions();
      return made;
    }

    const from = (offset: number, partition = 0): TopicPartitionOffset => ({ topic, partition, offset });
    const send = (to: Producer, value: string | null, partition = 0, key: string | null = null): boolean =>
      to.send(
        topic,
        partition,
        key === null ? null : Buffer.from(key),
        value === null ? null : Buffer.from(value),
        1_700_000_000_000,
        NO_HEADERS,
      );

    async function poll(
      reader: Consumer,
      isDone: (records: readonly ConsumerRecord[], ends: readonly TopicPartitionOffset[]) => boolean,
      maxRecords = 1000,
    ) {
      const records: ConsumerRecord[] = [];
      const ends: TopicPartitionOffset[] = [];
      do {
        const batch = await reader.poll(maxRecords);
        assert.ok(batch.records.length <= maxRecords);
        records.push(...batch.records);
        ends.push(...batch.ends.map(({ partition, offset }) => from(offset, partition)));
      } while (!isDone(records, ends));
      return { records, ends, values: records.map(({ value }) => String(value)) };
    }
    const ended = (_: unknown, ends: readonly TopicPartitionOffset[]): boolean => ends.length > 0;

    it('has the fields of each record as they were written', async () => {
      const to = await producer();
      send(to, 'value', 0, 'key');
      send(to, null, 0, 'key');
      send(to, '', 0, '');
      send(to, 'grün');
      await to.flush();
      const reader = await consumer();
      reader.assign([from(0)]);
      const { records } = await poll(reader, ended);
      assert.deepEqual(
        records.map(record => [record.topic, record.partition, record.offset, record.timestamp]),
        [0, 1, 2, 3].map(offset => [topic, 0, offset, 1_700_000_000_000]),
      );
      assert.deepEqual(
        records.map(({ key, value }) => [key?.toString() ?? null, value?.toString() ?? null]),
        [
          ['key', 'value'],
          ['key', null],
          ['', ''],
          [null, 'grün'],
        ],
      );
    });

    it('reads from where it is assigned, reports each end once, and again when records have come', async () => {
      const to = await producer();
      for (const value of ['a', 'b', 'c']) send(to, value);
      await to.flush();
      const reader = await consumer();
      reader.assign([from(1), from(-1, 1)]);
      const { values, ends } = await poll(reader, (_, { length }) => length === 2);
      assert.deepEqual(values, ['b', 'c']);
      assert.deepEqual(
        [...ends].sort((a, b) => a.partition - b.partition),
        [from(3), from(0, 1)],
      );
      for (let i = 0; i < 5; i++) assert.deepEqual(await reader.poll(10), { records: [], ends: [] });
      send(to, 'd');
      await to.flush();
      const more = await poll(reader, ended);
      assert.deepEqual([more.values, more.ends], [['d'], [from(4)]]);
      reader.assign([from(3)]);
      assert.deepEqual((await poll(reader, ended)).values, ['d']);
    });

    it('returns nothing of a paused partition, and goes on after the last record when it is resumed', async () => {
      const to = await producer();
      for (let i = 0; i < 100; i++) send(to, `a${i}`);
      send(to, 'other', 1);
      await to.flush();
      const reader = await consumer();
      reader.assign([from(0), from(0, 1)]);
      const first = await poll(reader, ({ length }) => length >= 1, 1);
      const second = await poll(reader, records => records.some(({ partition }) => partition === 0), 1);
      const read = [...first.records, ...second.records].filter(({ partition }) => partition === 0).length;
      reader.pause([from(0)]);
      for (let i = 0; i < 10; i++) {
        const { records, ends } = await reader.poll(10);
        for (const each of [...records, ...ends]) assert.equal(each.partition, 1);
      }
      reader.resume([from(0)]);
      const { records, ends } = await poll(reader, (_, all) => all.some(({ partition }) => partition === 0));
      assert.deepEqual(
        records.filter(({ partition }) => partition === 0).map(({ offset }) => offset),
        Array.from({ length: 100 - read }, (_, i) => read + i),
      );
      assert.ok(ends.some(({ partition, offset }) => partition === 0 && offset === 100));
      reader.pause([from(0)]);
      reader.resume([from(0)]);
      assert.deepEqual((await poll(reader, ended)).ends, [from(100)]);
    });

    it('reads what was committed, in order, with aborted transactions between, and ends at an open one', async () => {
      const [one, two, last] = [await producer('one'), await producer('two'), await producer('last')];
      const committed: string[] = [];
      for (let round = 0; round < 20; round++) {
        await one.beginTransaction();
        await two.beginTransaction();
        for (let i = 0; i < 10; i++) {
          send(one, `one-${round}-${i}`);
          send(two, `two-${round}-${i}`);
        }
        await one.flush();
        await two.flush();
        for (const [to, name] of [
          [one, 'one'],
          [two, 'two'],
        ] as const) {
          const commits = (round + (name === 'one' ? 0 : 1)) % 3 !== 0;
          if (commits) committed.push(...Array.from({ length: 10 }, (_, i) => `${name}-${round}-${i}`));
          await (commits ? to.commitTransaction() : to.abortTransaction());
        }
      }
      await last.beginTransaction();
      send(last, 'open');
      await last.flush();
      const reader = await consumer();
      reader.assign([from(0)]);
      const { values, ends } = await poll(reader, ended, 7);
      assert.deepEqual([...values].sort(), [...committed].sort());
      // 40 markers too.
      assert.equal(ends.at(-1)?.offset, 440);
      await last.abortTransaction();
      const after = await poll(reader, ended);
      assert.deepEqual([after.values, after.ends.at(-1)], [[], from(442)]);
    });

    it('begins at the oldest record if the broker does not have the offset', async () => {
      const to = await producer();
      for (let i = 0; i < 10; i++) send(to, `${i}`);
      await to.flush();
      await deleteRecords(broker.address, from(6));
      const reader = await consumer();
      // librdkafka may report an end before the records.
      const four = ({ length }: readonly ConsumerRecord[]): boolean => length === 4;
      reader.assign([from(2)]);
      assert.deepEqual((await poll(reader, four)).values, ['6', '7', '8', '9']);
      assert.match(warnings.join('; '), new RegExp(`${topic}.*reset`));
      reader.assign([from(50)]);
      assert.deepEqual((await poll(reader, four)).values, ['6', '7', '8', '9']);
    });

    it('reads records that are larger than a fetch', async () => {
      const to = await producer();
      for (let i = 0; i < 3; i++) {
        send(to, String.fromCharCode(97 + i).repeat(LARGE_BYTES));
        await to.flush();
      }
      const reader = await consumer();
      reader.assign([from(0)]);
      const { values } = await poll(reader, ended, 1);
      assert.deepEqual(
        values.map(value => [value.length, value[0]]),
        ['a', 'b', 'c'].map(letter => [LARGE_BYTES, letter]),
      );
    });

    it('reads a compacted partition to its end', async () => {
      await deleteTopics(broker.address, [topic]);
      await createTopic(broker.address, topic, 1, {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.01',
      });
      const to = await producer('compacting');
      for (let i = 0; i < 5; i++) {
        await to.beginTransaction();
        for (let key = 0; key < 20; key++) send(to, `${i}`, 0, `${key}`);
        await to.commitTransaction();
      }
      const reader = await consumer();
      reader.assign([from(0)]);
      const { records, ends } = await poll(reader, ended);
      const table = new Map(records.map(({ key, value }) => [String(key), String(value)]));
      assert.deepEqual([table.size, new Set(table.values())], [20, new Set(['4'])]);
      assert.equal(ends[0]?.offset, 105);
    });

    for (const groupProtocol of ['classic', 'consumer'] as const) {
      it(`shares the partitions of a group, and loses and repeats nothing as members come and go (${groupProtocol})`, async () => {
        const groupId = `${topic}-group`;
        const to = await producer();
        const tx = await producer(`${topic}-tx`);
        const positions = new Map<string, number>();
        const seen: string[] = [];
        const join = async (instance: string) => {
          const member = ports.consumer({
            clientId: instance,
            groupId,
            groupInstanceId: instance,
            groupProtocol,
            pollTimeoutMs: POLL_TIMEOUT_MS,
          });
          await member.connect();
          open.push(member);
          const owned = new Set<string>();
          const events: (() => void)[] = [];
          member.subscribe([topic], {
            onPartitionsAssigned: partitions => {
              events.push(() => {
                member.assign(partitions.map(each => ({ ...each, offset: positions.get(partitionId(each)) ?? 0 })));
                for (const each of partitions) owned.add(partitionId(each));
              });
            },
            onPartitionsRevoked: () => {
              events.push(() => {
                member.unassign();
                owned.clear();
              });
            },
          });
          const turn = async (): Promise<void> => {
            const { records } = await member.poll(100);
            for (const record of records) {
              positions.set(partitionId(record), record.offset + 1);
              seen.push(String(record.value));
            }
            for (const handle of events.splice(0)) handle();
          };
          return { member, owned, turn };
        };
        let sent = 0;
        const flow = async (): Promise<void> => {
          for (let i = 0; i < 50; i++) send(to, `${sent}`, sent++ % 2);
          await to.flush();
        };
        const first = await join('first');
        while (first.owned.size < 2) await first.turn();
        await flow();
        while (seen.length < sent) await first.turn();
        const second = await join('second');
        while (first.owned.size !== 1 || second.owned.size !== 1) {
          await first.turn();
          await second.turn();
        }
        await flow();
        while (seen.length < sent) {
          await first.turn();
          await second.turn();
        }
        // The metadata of the group are those of the member, whoever fetches.
        const offsets = (partitions: readonly TopicPartition[]): TopicPartitionOffset[] =>
          partitions.map(each => ({ ...each, offset: positions.get(partitionId(each)) ?? 0 }));
        await tx.beginTransaction();
        await tx.sendOffsetsToTransaction(offsets([from(0), from(0, 1)]), second.member);
        await tx.commitTransaction();
        assert.deepEqual(await second.member.committed([from(0), from(0, 1)]), offsets([from(0), from(0, 1)]));
        assert.deepEqual(
          seen.map(Number).sort((a, b) => a - b),
          Array.from({ length: sent }, (_, i) => i),
        );
      });
    }
  });
}
