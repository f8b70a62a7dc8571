import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Fetcher } from '../../../streams/kafka/fetch/fetcher.js';
import type { PolledBatch } from '../../../streams/kafka/ports.js';
import type { ConsumerRecord, TopicPartitionOffset } from '../../../streams/kafka/record.js';
import { TopicIds } from '../../../streams/kafka/topic-ids.js';
import { encodeBatch, marker, plainRecords } from './batches.js';
import { FakeCluster, type Fault } from './fake-cluster.js';

const TOPIC = 'topic';
const TIMEOUT_MS = 20;

describe('the fetcher', function () {
  this.timeout(10_000);
  let cluster: FakeCluster;
  let fetcher: Fetcher;
  let ids: TopicIds;
  let warnings: string[];
  let errors: string[];

  beforeEach(async () => {
    cluster = await FakeCluster.start(2);
    cluster.addTopic(TOPIC, 3);
    warnings = [];
    errors = [];
    fetcher = create();
  });

  afterEach(async () => {
    await fetcher.close();
    await cluster.stop();
  });

  function create(requestTimeoutMs = 5000, bootstrap = cluster.addresses): Fetcher {
    ids = new TopicIds();
    return new Fetcher(
      {
        bootstrap,
        connection: { clientId: 'test', tls: undefined, connectTimeoutMs: 1000, requestTimeoutMs },
        sasl: undefined,
        maxWaitMs: 10,
        minBytes: 1,
        backoffMs: 5,
        maxBackoffMs: 20,
      },
      {
        offsets: async ({ topic, partition }) => ({ low: cluster.partition(topic, partition).low, high: 0 }),
        onTopicId: (topic, id) => ids.met(topic, id),
        warn: message => void warnings.push(message),
        error: message => void errors.push(message),
      },
    );
  }

  const from = (offset: number, partition = 0): TopicPartitionOffset => ({ topic: TOPIC, partition, offset });
  const write = (partition: number, baseOffset: number, ...values: readonly string[]): void =>
    void cluster
      .partition(TOPIC, partition)
      .batches.push(encodeBatch({ baseOffset, records: plainRecords(...values), compression: 'lz4' }));

  /** Polls until `isDone`. The test times out if that never happens. */
  async function poll(isDone: (all: PolledBatch) => boolean, maxRecords = 100) {
    const records: ConsumerRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    do {
      const batch = await fetcher.poll(maxRecords, TIMEOUT_MS);
      assert.ok(batch.records.length <= maxRecords);
      records.push(...batch.records);
      ends.push(...batch.ends);
    } while (!isDone({ records, ends }));
    return { records, ends, values: records.map(({ value }) => String(value)) };
  }
  const ended = ({ ends }: PolledBatch): boolean => ends.length > 0;

  it('reads from the offset that is assigned, reports the end with the records before it, and goes on', async () => {
    write(0, 0, 'a', 'b', 'c');
    fetcher.assign([from(1)]);
    const { values, ends } = await poll(ended);
    assert.deepEqual(values, ['b', 'c']);
    assert.deepEqual(ends, [from(3)]);
    write(0, 3, 'd');
    const more = await poll(ended);
    assert.deepEqual([more.values, more.ends], [['d'], [from(4)]]);
  });

  it('reports an end once, and again if it moves without a record', async () => {
    write(0, 0, 'a');
    fetcher.assign([from(0)]);
    await poll(ended);
    for (let i = 0; i < 5; i++) assert.deepEqual(await fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
    cluster.partition(TOPIC, 0).batches.push(marker(1, 7, 'commit'));
    assert.deepEqual((await poll(ended)).ends, [from(2)]);
  });

  it('reads up to the last stable offset, which is the end', async () => {
    write(0, 0, 'a', 'b');
    write(0, 2, 'open');
    cluster.partition(TOPIC, 0).lastStableOffset = 2;
    fetcher.assign([from(0)]);
    const { values, ends } = await poll(ended);
    assert.deepEqual([values, ends], [['a', 'b'], [from(2)]]);
  });

  it('leaves out aborted records whose marker comes in a later response', async () => {
    const partition = cluster.partition(TOPIC, 0);
    const sent = (offset: number): Buffer =>
      encodeBatch({ baseOffset: offset, records: plainRecords('aborted'), producerId: 7, isTransactional: true });
    partition.batches.push(sent(0), sent(1), marker(2, 7, 'abort'));
    partition.aborted = [{ producerId: 7, firstOffset: 0 }];
    write(0, 3, 'good');
    cluster.maxBytes = 1;
    fetcher.assign([from(0)]);
    const { values, ends } = await poll(ended);
    assert.deepEqual([values, ends], [['good'], [from(4)]]);
    assert.ok(cluster.fetches.length >= 4);
  });

  it('returns what one response has of a partition, then what it has of the next one', async () => {
    const values = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (const partition of [0, 1, 2]) for (const from of [0, 50]) write(partition, from, ...values);
    cluster.maxBytes = 1;
    fetcher.assign([from(0), from(0, 1), from(0, 2)]);
    const { records } = await poll(({ records: { length } }) => length === 300, 30);
    const places = records.map(({ partition, offset }) => ({ partition, offset }));
    for (const partition of [0, 1, 2]) {
      const read = places.filter(place => place.partition === partition);
      assert.deepEqual(
        read.map(({ offset }) => offset),
        Array.from({ length: 100 }, (_, i) => i),
      );
    }
    const changes = places.filter(({ partition }, i) => i > 0 && partition !== places[i - 1]?.partition);
    assert.ok(changes.every(({ offset }) => offset % 50 === 0));
    // Nobody waits for a whole partition.
    assert.ok(places.slice(0, 150).some(({ partition }) => partition === 2));
  });

  it('returns nothing of a paused partition, and goes on where it was when it is resumed', async () => {
    write(0, 0, 'a', 'b', 'c', 'd');
    fetcher.assign([from(0)]);
    assert.deepEqual((await poll(({ records }) => records.length >= 2, 2)).values, ['a', 'b']);
    fetcher.pause([from(0)]);
    for (let i = 0; i < 5; i++) assert.deepEqual(await fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
    fetcher.resume([from(0)]);
    const { values, ends } = await poll(ended);
    assert.deepEqual([values, ends], [['c', 'd'], [from(4)]]);
    fetcher.pause([from(0)]);
    fetcher.resume([from(0)]);
    assert.deepEqual((await poll(ended)).ends, [from(4)]);
  });

  it('reads what is assigned, and nothing that was fetched for an earlier assignment', async () => {
    write(0, 0, 'a', 'b');
    write(1, 0, 'x');
    fetcher.assign([from(0), from(0, 1)]);
    await poll(({ records }) => records.length === 3);
    fetcher.assign([from(1)]);
    const { values, ends } = await poll(ended);
    assert.deepEqual([values, ends], [['b'], [from(2)]]);
    fetcher.add([from(0, 1)]);
    assert.deepEqual((await poll(ended)).values, ['x']);
    fetcher.remove([from(0, 1)]);
    write(1, 1, 'y');
    assert.deepEqual(await fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
  });

  it('begins at the oldest record if no offset is assigned, or if the broker does not have the offset', async () => {
    write(0, 5, 'f');
    write(1, 5, 'f');
    for (const partition of [0, 1]) cluster.partition(TOPIC, partition).low = 5;
    fetcher.assign([from(-1), from(100, 1)]);
    const { values } = await poll(({ ends }) => ends.length === 2);
    assert.deepEqual(values, ['f', 'f']);
    assert.match(warnings.join('; '), /topic \[1\]: offset 100 is out of range, reset to the oldest record/);
  });

  const faults: readonly Fault[] = [
    { kind: 'close' },
    { kind: 'half' },
    { kind: 'correlation' },
    { kind: 'error', code: 6 },
    { kind: 'error', code: 74 },
    { kind: 'error', code: 75 },
    { kind: 'error', code: 56 },
    { kind: 'error', code: -1 },
    { kind: 'throttle', ms: 30 },
  ];
  for (const fault of faults) {
    it(`loses and repeats nothing after ${JSON.stringify(fault)}`, async () => {
      write(0, 0, 'a');
      write(0, 1, 'b');
      cluster.maxBytes = 1;
      fetcher.assign([from(0)]);
      await poll(({ records }) => records.length >= 1, 1);
      cluster.faults.push(fault, fault);
      write(0, 2, 'c');
      const { records } = await poll(ended, 1);
      assert.equal(records.at(-1)?.offset, 2);
      const offsets = records.map(({ offset }) => offset);
      assert.deepEqual(offsets, [...new Set(offsets)]);
      assert.ok(offsets.length === 2);
    });
  }

  it('gives up a broker that does not answer in time, and asks it again', async () => {
    await fetcher.close();
    fetcher = create(100);
    write(0, 0, 'a');
    cluster.faults.push({ kind: 'silence' });
    fetcher.assign([from(0)]);
    assert.deepEqual((await poll(ended)).values, ['a']);
  });

  it('leaves a broker alone for as long as it wants', async () => {
    write(0, 0, 'a');
    cluster.faults.push({ kind: 'throttle', ms: 200 });
    fetcher.assign([from(0)]);
    await poll(ended);
    const fetches = cluster.fetches.length;
    await fetcher.poll(1, 100);
    assert.equal(cluster.fetches.length, fetches);
  });

  it('follows a partition to its new leader', async () => {
    write(0, 0, 'a');
    fetcher.assign([from(0)]);
    await poll(ended);
    const partition = cluster.partition(TOPIC, 0);
    partition.leader = 2;
    partition.epoch = 1;
    write(0, 1, 'b');
    assert.deepEqual((await poll(ended)).values, ['b']);
    assert.equal(cluster.fetches.at(-1)?.node, 2);
  });

  it('follows a partition to its new leader, after another one without a leader was removed', async () => {
    write(0, 0, 'a');
    fetcher.assign([from(0), from(0, 1)]);
    await poll(({ ends }) => ends.length === 2);
    cluster.partition(TOPIC, 1).leader = -1;
    const fetches = cluster.fetches.length;
    while (cluster.fetches.length < fetches + 3) await fetcher.poll(1, TIMEOUT_MS);
    fetcher.remove([from(0, 1)]);
    // The pause before the next look for leaders ends meanwhile.
    await fetcher.poll(1, 100);
    cluster.partition(TOPIC, 0).leader = 2;
    write(0, 1, 'b');
    assert.deepEqual((await poll(ended)).values, ['b']);
  });

  it('is not stuck when a request of an earlier assignment fails after the next one has begun', async () => {
    cluster.partition(TOPIC, 1).leader = 2;
    await fetcher.connect();
    fetcher.assign([from(0, 1)]);
    while (cluster.fetches.length === 0) await fetcher.poll(1, 1);
    cluster.faults.push({ kind: 'close' });
    fetcher.assign([from(0, 1)]);
    await fetcher.poll(1, 200);
    cluster.partition(TOPIC, 1).leader = 1;
    write(1, 0, 'a');
    assert.deepEqual((await poll(({ records }) => records.length > 0)).values, ['a']);
  });

  it('asks another broker for leaders while one does not answer', async () => {
    await fetcher.close();
    const silent = createServer(() => {});
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    fetcher = create(60_000, [{ host: '127.0.0.1', port }, ...cluster.addresses]);
    write(0, 0, 'a');
    fetcher.assign([from(0)]);
    assert.deepEqual((await poll(ended)).values, ['a']);
    // It does not wait for the answer.
    await fetcher.close();
    silent.close();
  });

  it('waits for a broker that died, reads from the others meanwhile, and goes on when it is back', async () => {
    cluster.partition(TOPIC, 1).leader = 2;
    fetcher.assign([from(0), from(0, 1)]);
    await poll(({ ends }) => ends.length === 2);
    const [, second] = cluster.brokers;
    await second?.stop();
    write(1, 0, 'late');
    write(0, 0, 'a');
    assert.deepEqual((await poll(ended)).values, ['a']);
    await second?.listen();
    assert.deepEqual((await poll(ended)).values, ['late']);
  });

  it('waits for a topic that does not exist yet, and says so', async () => {
    fetcher.assign([{ topic: 'new', partition: 0, offset: 0 }]);
    while (warnings.length === 0) await fetcher.poll(1, TIMEOUT_MS);
    assert.match(warnings[0] ?? '', /topic new can't be read: Broker: Unknown topic or partition/);
    const { partitions } = cluster.addTopic('new', 1);
    partitions[0]?.batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('a') }));
    assert.deepEqual((await poll(ended)).values, ['a']);
  });

  it('reads nothing of a topic that was created again', async () => {
    write(0, 0, 'a');
    fetcher.assign([from(0)]);
    await poll(ended);
    cluster.addTopic(TOPIC, 3, Buffer.from('another id......').toString('base64').slice(0, 22));
    write(0, 0, 'x', 'y', 'z');
    for (;;) {
      const { records } = await fetcher.poll(10, TIMEOUT_MS);
      assert.deepEqual(records, []);
      try {
        ids.check();
      } catch (error) {
        assert.match(String(error), /topic topic was deleted and created again/);
        break;
      }
    }
  });

  it('reads from brokers that know topics by their names only', async () => {
    cluster.hasTopicIds = false;
    write(0, 0, 'a');
    fetcher.assign([from(0)]);
    assert.deepEqual((await poll(ended)).values, ['a']);
    assert.equal(cluster.fetches[0]?.version, 10);
  });

  it('reports a damaged batch, fetches it again, and goes on when it is whole', async () => {
    write(0, 0, 'a');
    write(0, 1, 'b');
    const { batches } = cluster.partition(TOPIC, 0);
    const damaged = Buffer.from(batches[1] ?? '');
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    const whole = batches.splice(1, 1, damaged)[0] ?? Buffer.alloc(0);
    write(1, 0, 'other');
    fetcher.assign([from(0), from(0, 1)]);
    const { values } = await poll(({ records }) => records.length === 2);
    assert.deepEqual(values.sort(), ['a', 'other']);
    while (fetcher.unreadable.length === 0) await fetcher.poll(10, TIMEOUT_MS);
    const reason = /topic-0 can't be read on from offset 1: the batch there is damaged: its checksum is wrong/;
    assert.match(fetcher.unreadable[0]?.reason ?? '', reason);
    assert.match(errors.join('; '), reason);
    batches.splice(1, 1, whole);
    assert.deepEqual((await poll(({ records }) => records.length === 1)).values, ['b']);
    assert.deepEqual(fetcher.unreadable, []);
  });

  it('rejects the poll if the reader is not authorized, and tries again', async () => {
    write(0, 0, 'a');
    cluster.faults.push({ kind: 'error', code: 29 });
    fetcher.assign([from(0)]);
    await assert.rejects(async () => {
      for (;;) await fetcher.poll(1, TIMEOUT_MS);
    }, /Topic authorization failed \(topic\)/);
    assert.deepEqual((await poll(ended)).values, ['a']);
  });

  it('hands over what is before a batch whose bytes name a wrong last offset, once', async () => {
    for (const [offset, value] of ['a', 'b', 'c', 'd'].entries()) write(0, offset, value);
    const { batches } = cluster.partition(TOPIC, 0);
    const damaged = Buffer.from(batches[2] ?? '');
    damaged.writeUInt8(damaged.readUInt8(23) ^ 0x40, 23);
    batches[2] = damaged;
    cluster.maxBytes = 1;
    fetcher.assign([from(0)]);
    // The fourth one is for the wrong offset.
    while (cluster.fetches.length < 4) await immediate();
    while (fetcher.counts.responses < fetcher.counts.requests) await immediate();
    const values: string[] = [];
    while (fetcher.unreadable.length === 0) {
      values.push(...(await fetcher.poll(1, TIMEOUT_MS)).records.map(({ value }) => String(value)));
    }
    assert.deepEqual(values, ['a', 'b']);
    // It has not gone back to the oldest record.
    assert.doesNotMatch(warnings.join('; '), /out of range/);
  });

  it('keeps nothing of other partitions with a record', async () => {
    cluster.partition(TOPIC, 0).batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('small') }));
    cluster
      .partition(TOPIC, 1)
      .batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('x'.repeat(500_000)) }));
    fetcher.assign([from(0), from(0, 1)]);
    const { records } = await poll(({ ends }) => ends.length === 2);
    const small = records.find(({ partition }) => partition === 0);
    assert.equal(String(small?.value), 'small');
    assert.ok((small?.value?.buffer.byteLength ?? 0) < 10_000);
  });

  it('reports messages of a format before Kafka 0.11 as unreadable, and reads the other partitions', async () => {
    cluster.partition(TOPIC, 0).batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('a'), magic: 1 }));
    write(1, 0, 'other');
    fetcher.assign([from(0), from(0, 1)]);
    const { values } = await poll(ended);
    assert.deepEqual(values, ['other']);
    while (fetcher.unreadable.length === 0) await fetcher.poll(10, TIMEOUT_MS);
    assert.match(
      fetcher.unreadable[0]?.reason ?? '',
      /topic-0 can't be read on from offset 0: .* message format 1; set KAFKA_FETCHER=librdkafka/,
    );
  });

  it('rejects to connect to a broker that takes none of its requests', async () => {
    cluster.isCurrent = false;
    await assert.rejects(fetcher.connect(), /it has no version of the requests that is known here/);
  });

  it('rejects to connect if no broker is there', async () => {
    await cluster.stop();
    await assert.rejects(fetcher.connect(), /ECONNREFUSED/);
    for (const broker of cluster.brokers) await broker.listen();
    await fetcher.connect();
  });
});
