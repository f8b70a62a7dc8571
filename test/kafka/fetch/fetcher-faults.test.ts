import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { encodeBatch, plainRecords } from './batches.js';
import type { Fault } from './fake-cluster.js';
import { ended, FetcherUnderTest, from, TIMEOUT_MS, TOPIC } from './fetcher-under-test.js';

describe('the fetcher, when the cluster fails,', function () {
  this.timeout(10_000);
  let lab: FetcherUnderTest;

  beforeEach(async () => {
    lab = await FetcherUnderTest.start();
  });

  afterEach(() => lab.stop());

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
      lab.write(0, 0, 'a');
      lab.write(0, 1, 'b');
      lab.cluster.maxBytes = 1;
      lab.fetcher.assign([from(0)]);
      await lab.poll(({ records }) => records.length >= 1, 1);
      lab.cluster.faults.push(fault, fault);
      lab.write(0, 2, 'c');
      const { records } = await lab.poll(ended, 1);
      assert.equal(records.at(-1)?.offset, 2);
      const offsets = records.map(({ offset }) => offset);
      assert.deepEqual(offsets, [...new Set(offsets)]);
      assert.ok(offsets.length === 2);
    });
  }

  it('gives up a broker that does not answer in time, and asks it again', async () => {
    await lab.replace({ requestTimeoutMs: 100 });
    lab.write(0, 0, 'a');
    lab.cluster.faults.push({ kind: 'silence' });
    lab.fetcher.assign([from(0)]);
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
  });

  it('leaves a broker alone for as long as it wants', async () => {
    lab.write(0, 0, 'a');
    lab.cluster.faults.push({ kind: 'throttle', ms: 200 });
    lab.fetcher.assign([from(0)]);
    await lab.poll(ended);
    const fetches = lab.cluster.fetches.length;
    await lab.fetcher.poll(1, 100);
    assert.equal(lab.cluster.fetches.length, fetches);
  });

  it('follows a partition to its new leader', async () => {
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0)]);
    await lab.poll(ended);
    const partition = lab.cluster.partition(TOPIC, 0);
    partition.leader = 2;
    partition.epoch = 1;
    lab.write(0, 1, 'b');
    assert.deepEqual((await lab.poll(ended)).values, ['b']);
    assert.equal(lab.cluster.fetches.at(-1)?.node, 2);
  });

  it('follows a partition to its new leader, after another one without a leader was removed', async () => {
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0), from(0, 1)]);
    await lab.poll(({ ends }) => ends.length === 2);
    lab.cluster.partition(TOPIC, 1).leader = -1;
    const fetches = lab.cluster.fetches.length;
    while (lab.cluster.fetches.length < fetches + 3) await lab.fetcher.poll(1, TIMEOUT_MS);
    lab.fetcher.remove([from(0, 1)]);
    // The pause before the next look for leaders ends meanwhile.
    await lab.fetcher.poll(1, 100);
    lab.cluster.partition(TOPIC, 0).leader = 2;
    lab.write(0, 1, 'b');
    assert.deepEqual((await lab.poll(ended)).values, ['b']);
  });

  it('is not stuck when a request of an earlier assignment fails after the next one has begun', async () => {
    lab.cluster.partition(TOPIC, 1).leader = 2;
    await lab.fetcher.connect();
    lab.fetcher.assign([from(0, 1)]);
    while (lab.cluster.fetches.length === 0) await lab.fetcher.poll(1, 1);
    lab.cluster.faults.push({ kind: 'close' });
    lab.fetcher.assign([from(0, 1)]);
    await lab.fetcher.poll(1, 200);
    lab.cluster.partition(TOPIC, 1).leader = 1;
    lab.write(1, 0, 'a');
    assert.deepEqual((await lab.poll(({ records }) => records.length > 0)).values, ['a']);
  });

  it('asks another broker for leaders while one does not answer', async () => {
    const silent = createServer(() => {});
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await lab.replace({
      requestTimeoutMs: 60_000,
      bootstrap: [{ host: '127.0.0.1', port }, ...lab.cluster.addresses],
    });
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0)]);
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
    // It does not wait for the answer.
    await lab.fetcher.close();
    silent.close();
  });

  it('waits for a broker that died, reads from the others meanwhile, and goes on when it is back', async () => {
    lab.cluster.partition(TOPIC, 1).leader = 2;
    lab.fetcher.assign([from(0), from(0, 1)]);
    await lab.poll(({ ends }) => ends.length === 2);
    const [, second] = lab.cluster.brokers;
    await second?.stop();
    lab.write(1, 0, 'late');
    lab.write(0, 0, 'a');
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
    await second?.listen();
    assert.deepEqual((await lab.poll(ended)).values, ['late']);
  });

  it('waits for a topic that does not exist yet, and says so', async () => {
    lab.fetcher.assign([{ topic: 'new', partition: 0, offset: 0 }]);
    while (lab.warnings.length === 0) await lab.fetcher.poll(1, TIMEOUT_MS);
    assert.match(lab.warnings[0] ?? '', /topic new can't be read: Broker: Unknown topic or partition/);
    const { partitions } = lab.cluster.addTopic('new', 1);
    partitions[0]?.batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('a') }));
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
  });

  it('reports a damaged batch, fetches it again, and goes on when it is whole', async () => {
    lab.write(0, 0, 'a');
    lab.write(0, 1, 'b');
    const { batches } = lab.cluster.partition(TOPIC, 0);
    const damaged = Buffer.from(batches[1] ?? '');
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    const whole = batches.splice(1, 1, damaged)[0] ?? Buffer.alloc(0);
    lab.write(1, 0, 'other');
    lab.fetcher.assign([from(0), from(0, 1)]);
    const { values } = await lab.poll(({ records }) => records.length === 2);
    assert.deepEqual(values.sort(), ['a', 'other']);
    while (lab.fetcher.unreadable.length === 0) await lab.fetcher.poll(10, TIMEOUT_MS);
    const reason = /topic-0 can't be read on from offset 1: the batch there is damaged: its checksum is wrong/;
    assert.match(lab.fetcher.unreadable[0]?.reason ?? '', reason);
    assert.match(lab.errors.join('; '), reason);
    batches.splice(1, 1, whole);
    assert.deepEqual((await lab.poll(({ records }) => records.length === 1)).values, ['b']);
    assert.deepEqual(lab.fetcher.unreadable, []);
  });

  it('rejects the poll if the reader is not authorized, and tries again', async () => {
    lab.write(0, 0, 'a');
    lab.cluster.faults.push({ kind: 'error', code: 29 });
    lab.fetcher.assign([from(0)]);
    await assert.rejects(async () => {
      for (;;) await lab.fetcher.poll(1, TIMEOUT_MS);
    }, /Topic authorization failed \(topic\)/);
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
  });

  it('hands over what is before a batch whose bytes name a wrong last offset, once', async () => {
    for (const [offset, value] of ['a', 'b', 'c', 'd'].entries()) lab.write(0, offset, value);
    const { batches } = lab.cluster.partition(TOPIC, 0);
    const damaged = Buffer.from(batches[2] ?? '');
    damaged.writeUInt8(damaged.readUInt8(23) ^ 0x40, 23);
    batches[2] = damaged;
    lab.cluster.maxBytes = 1;
    lab.fetcher.assign([from(0)]);
    // The fourth one is for the wrong offset.
    while (lab.cluster.fetches.length < 4) await immediate();
    while (lab.fetcher.counts.responses < lab.fetcher.counts.requests) await immediate();
    const values: string[] = [];
    while (lab.fetcher.unreadable.length === 0) {
      values.push(...(await lab.fetcher.poll(1, TIMEOUT_MS)).records.map(({ value }) => String(value)));
    }
    assert.deepEqual(values, ['a', 'b']);
    // It has not gone back to the oldest record.
    assert.doesNotMatch(lab.warnings.join('; '), /out of range/);
  });

  it('reports messages of a format before Kafka 0.11 as unreadable, and reads the other partitions', async () => {
    lab.cluster.partition(TOPIC, 0).batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('a'), magic: 1 }));
    lab.write(1, 0, 'other');
    lab.fetcher.assign([from(0), from(0, 1)]);
    const { values } = await lab.poll(ended);
    assert.deepEqual(values, ['other']);
    while (lab.fetcher.unreadable.length === 0) await lab.fetcher.poll(10, TIMEOUT_MS);
    assert.match(
      lab.fetcher.unreadable[0]?.reason ?? '',
      /topic-0 can't be read on from offset 0: .* message format 1; set KAFKA_FETCHER=librdkafka/,
    );
  });

  it('rejects to connect to a broker that takes none of its requests', async () => {
    lab.cluster.isCurrent = false;
    await assert.rejects(lab.fetcher.connect(), /it has no version of the requests that is known here/);
  });

  it('rejects to connect if no broker is there', async () => {
    await lab.cluster.stop();
    await assert.rejects(lab.fetcher.connect(), /ECONNREFUSED/);
    for (const broker of lab.cluster.brokers) await broker.listen();
    await lab.fetcher.connect();
  });
});
