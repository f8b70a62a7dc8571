import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { encodeBatch, marker, plainRecords } from './batches.js';
import { ended, FetcherUnderTest, from, TIMEOUT_MS, TOPIC } from './fetcher-under-test.js';

describe('the fetcher', function () {
  this.timeout(10_000);
  let lab: FetcherUnderTest;

  beforeEach(async () => {
    lab = await FetcherUnderTest.start();
  });

  afterEach(() => lab.stop());

  it('reads from the offset that is assigned, reports the end with the records before it, and goes on', async () => {
    lab.write(0, 0, 'a', 'b', 'c');
    lab.fetcher.assign([from(1)]);
    const { values, ends } = await lab.poll(ended);
    assert.deepEqual(values, ['b', 'c']);
    assert.deepEqual(ends, [from(3)]);
    lab.write(0, 3, 'd');
    const more = await lab.poll(ended);
    assert.deepEqual([more.values, more.ends], [['d'], [from(4)]]);
  });

  it('reports an end once, and again if it moves without a record', async () => {
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0)]);
    await lab.poll(ended);
    for (let i = 0; i < 5; i++) assert.deepEqual(await lab.fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
    lab.cluster.partition(TOPIC, 0).batches.push(marker(1, 7, 'commit'));
    assert.deepEqual((await lab.poll(ended)).ends, [from(2)]);
  });

  it('reads up to the last stable offset, which is the end', async () => {
    lab.write(0, 0, 'a', 'b');
    lab.write(0, 2, 'open');
    lab.cluster.partition(TOPIC, 0).lastStableOffset = 2;
    lab.fetcher.assign([from(0)]);
    const { values, ends } = await lab.poll(ended);
    assert.deepEqual([values, ends], [['a', 'b'], [from(2)]]);
  });

  it('leaves out aborted records whose marker comes in a later response', async () => {
    const partition = lab.cluster.partition(TOPIC, 0);
    const sent = (offset: number): Buffer =>
      encodeBatch({ baseOffset: offset, records: plainRecords('aborted'), producerId: 7, isTransactional: true });
    partition.batches.push(sent(0), sent(1), marker(2, 7, 'abort'));
    partition.aborted = [{ producerId: 7, firstOffset: 0 }];
    lab.write(0, 3, 'good');
    lab.cluster.maxBytes = 1;
    lab.fetcher.assign([from(0)]);
    const { values, ends } = await lab.poll(ended);
    assert.deepEqual([values, ends], [['good'], [from(4)]]);
    assert.ok(lab.cluster.fetches.length >= 4);
  });

  it('returns what one response has of a partition, then what it has of the next one', async () => {
    const values = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (const partition of [0, 1, 2]) for (const from of [0, 50]) lab.write(partition, from, ...values);
    lab.cluster.maxBytes = 1;
    lab.fetcher.assign([from(0), from(0, 1), from(0, 2)]);
    const { records } = await lab.poll(({ records: { length } }) => length === 300, 30);
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
    lab.write(0, 0, 'a', 'b', 'c', 'd');
    lab.fetcher.assign([from(0)]);
    assert.deepEqual((await lab.poll(({ records }) => records.length >= 2, 2)).values, ['a', 'b']);
    lab.fetcher.pause([from(0)]);
    for (let i = 0; i < 5; i++) assert.deepEqual(await lab.fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
    lab.fetcher.resume([from(0)]);
    const { values, ends } = await lab.poll(ended);
    assert.deepEqual([values, ends], [['c', 'd'], [from(4)]]);
    lab.fetcher.pause([from(0)]);
    lab.fetcher.resume([from(0)]);
    assert.deepEqual((await lab.poll(ended)).ends, [from(4)]);
  });

  it('reads what is assigned, and nothing that was fetched for an earlier assignment', async () => {
    lab.write(0, 0, 'a', 'b');
    lab.write(1, 0, 'x');
    lab.fetcher.assign([from(0), from(0, 1)]);
    await lab.poll(({ records }) => records.length === 3);
    lab.fetcher.assign([from(1)]);
    const { values, ends } = await lab.poll(ended);
    assert.deepEqual([values, ends], [['b'], [from(2)]]);
    lab.fetcher.add([from(0, 1)]);
    assert.deepEqual((await lab.poll(ended)).values, ['x']);
    lab.fetcher.remove([from(0, 1)]);
    lab.write(1, 1, 'y');
    assert.deepEqual(await lab.fetcher.poll(10, TIMEOUT_MS), { records: [], ends: [] });
  });

  it('begins at the oldest record if no offset is assigned, or if the broker does not have the offset', async () => {
    lab.write(0, 5, 'f');
    lab.write(1, 5, 'f');
    for (const partition of [0, 1]) lab.cluster.partition(TOPIC, partition).low = 5;
    lab.fetcher.assign([from(-1), from(100, 1)]);
    const { values } = await lab.poll(({ ends }) => ends.length === 2);
    assert.deepEqual(values, ['f', 'f']);
    assert.match(lab.warnings.join('; '), /topic \[1\]: offset 100 is out of range, reset to the oldest record/);
  });

  it('reads nothing of a topic that was created again', async () => {
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0)]);
    await lab.poll(ended);
    lab.cluster.addTopic(TOPIC, 3, Buffer.from('another id......').toString('base64').slice(0, 22));
    lab.write(0, 0, 'x', 'y', 'z');
    for (;;) {
      const { records } = await lab.fetcher.poll(10, TIMEOUT_MS);
      assert.deepEqual(records, []);
      try {
        lab.ids.check();
      } catch (error) {
        assert.match(String(error), /topic topic was deleted and created again/);
        break;
      }
    }
  });

  it('reads from brokers that know topics by their names only', async () => {
    lab.cluster.hasTopicIds = false;
    lab.write(0, 0, 'a');
    lab.fetcher.assign([from(0)]);
    assert.deepEqual((await lab.poll(ended)).values, ['a']);
    assert.equal(lab.cluster.fetches[0]?.version, 10);
  });

  it('keeps nothing of other partitions with a record', async () => {
    lab.cluster.partition(TOPIC, 0).batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('small') }));
    lab.cluster
      .partition(TOPIC, 1)
      .batches.push(encodeBatch({ baseOffset: 0, records: plainRecords('x'.repeat(500_000)) }));
    lab.fetcher.assign([from(0), from(0, 1)]);
    const { records } = await lab.poll(({ ends }) => ends.length === 2);
    const small = records.find(({ partition }) => partition === 0);
    assert.equal(String(small?.value), 'small');
    assert.ok((small?.value?.buffer.byteLength ?? 0) < 10_000);
  });
});
