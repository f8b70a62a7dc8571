import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, it } from 'mocha';
import type { RefusedRecord } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { RecordCollector } from '../../../streams/runtime/output/record-collector.js';
import { Refusals } from '../../../streams/runtime/output/refusals.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { FakeProducer } from '../fake-producer.js';

describe('RecordCollector', () => {
  let producer: FakeProducer;
  let collector: RecordCollector;

  beforeEach(() => {
    producer = new FakeProducer();
    collector = new RecordCollector(producer, new Refusals(new ManualClock(0)), new ManualClock(0));
  });

  function send(n: number): void {
    collector.send('topic', 2, Buffer.from('key'), Buffer.from(String(n).padStart(2)), 5, NO_HEADERS);
  }

  const sent = (): number[] => producer.sent.map(({ value }) => Number(value?.toString()));

  it('hands everything on as it was given while a transaction is open', () => {
    collector.open();
    const headers = [{ key: 'h', value: null }];
    collector.send('topic', 3, null, Buffer.from('v'), 7, headers);
    assert.deepEqual(producer.sent, [
      { topic: 'topic', partition: 3, key: null, value: Buffer.from('v'), timestamp: 7, headers },
    ]);
  });

  it('keeps back what comes while no transaction is open, for the next one', () => {
    send(1);
    collector.open();
    send(2);
    collector.close();
    send(3);
    send(4);
    assert.deepEqual([sent(), collector.keptBack], [[1, 2], 2]);
    collector.open();
    assert.deepEqual([sent(), collector.keptBack], [[1, 2, 3, 4], 0]);
  });

  it('keeps back what the client has no room for, and sends nothing past it', () => {
    collector.open();
    producer.room = 1;
    send(1);
    send(2);
    producer.room = 1;
    send(3);
    assert.deepEqual([sent(), collector.keptBack], [[1], 2]);
    assert.equal(collector.drain(), false);
    assert.deepEqual([sent(), collector.keptBack], [[1, 2], 1]);
    producer.room = 5;
    assert.equal(collector.drain(), true);
    send(4);
    assert.deepEqual(sent(), [1, 2, 3, 4]);
  });

  it('does not drain while no transaction is open', () => {
    assert.equal(collector.drain(), true);
    send(1);
    assert.equal(collector.drain(), false);
    assert.deepEqual(sent(), []);
  });

  it('lets no transaction end before all its records are sent', () => {
    collector.open();
    producer.room = 0;
    send(1);
    assert.throws(() => collector.close(), /kept back/);
  });

  it('forgets what it kept back when the transaction is aborted', () => {
    collector.open();
    producer.room = 0;
    send(1);
    collector.discard();
    send(2);
    producer.room = 9;
    collector.open();
    assert.deepEqual(sent(), [2]);
  });

  it('counts what belongs to the transaction that is open or comes next', () => {
    send(1);
    collector.open();
    send(2);
    assert.equal(collector.sent, 2);
    collector.close();
    assert.equal(collector.sent, 0);
    send(3);
    assert.equal(collector.sent, 1);
    collector.discard();
    assert.equal(collector.sent, 0);
  });

  it('loses nothing, keeps the order and knows what memory it takes, whatever room there is and however transactions end', () => {
    const step = fc.constantFrom('send', 'send', 'send', 'open', 'drain', 'close', 'room 0', 'room 2', 'room 9');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        producer = new FakeProducer();
        collector = new RecordCollector(producer, new Refusals(new ManualClock(0)), new ManualClock(0));
        send(0);
        const bytesOfOne = collector.keptBackBytes;
        assert.ok(bytesOfOne > 0);
        collector.discard();
        let next = 0;
        for (const what of steps) {
          if (what === 'send') send(next++);
          else if (what === 'open') collector.open();
          else if (what === 'drain') collector.drain();
          else if (what === 'close' && collector.keptBack === 0) collector.close();
          else if (what.startsWith('room')) producer.room = Number(what.slice(5));
          assert.equal(sent().length + collector.keptBack, next);
          assert.equal(collector.keptBackBytes, collector.keptBack * bytesOfOne);
        }
        producer.room = Number.POSITIVE_INFINITY;
        collector.open();
        assert.deepEqual(sent(), [...Array(next).keys()]);
      }),
    );
  });
});

describe('RecordCollector, after several records of a topic were refused and it is not known which ones', () => {
  const refusal = { topic: 'topic', key: null, value: null, scope: 'record', reason: 'too large' } as const;
  let producer: FakeProducer;
  let refusals: Refusals;
  let collector: RecordCollector;

  beforeEach(() => {
    producer = new FakeProducer();
    refusals = new Refusals(new ManualClock(0));
    collector = new RecordCollector(producer, refusals, new ManualClock(0));
    refusals.learn([refusal, refusal]);
    collector.open();
  });

  const send = (topic: string, value: string): void =>
    collector.send(topic, 0, null, Buffer.from(value), 0, NO_HEADERS);
  const drained = async (): Promise<void> => {
    while (!collector.drain()) await immediate();
  };

  it('waits for the delivery of each record of the topic before it sends the next one, and keeps their order', async () => {
    for (const value of ['1', '2']) send('topic', value);
    send('other', '3');
    send('topic', '4');
    await drained();
    assert.deepEqual(
      producer.sent.map(({ value }) => String(value)),
      ['1', '2', '3', '4'],
    );
    assert.deepEqual(producer.calls, ['send', 'flush', 'send', 'flush', 'send', 'send', 'flush']);
  });

  it('throws what a delivery has failed with, once, and not after the transaction is over', async () => {
    const failure = new Error('not delivered');
    for (const over of [false, true]) {
      producer.fail('flush', failure);
      for (const value of ['1', '2']) send('topic', value);
      if (over) {
        collector.drain();
        collector.discard();
        collector.open();
        await immediate();
        await drained();
      } else await assert.rejects(drained(), error => error === failure);
    }
  });

  it('is not drained before the last delivery has ended', async () => {
    const failure = new Error('not delivered');
    producer.fail('flush', failure);
    send('topic', '1');
    await assert.rejects(drained(), error => error === failure);
  });

  it('keeps back no record of another topic that nothing is before', () => {
    send('other', '1');
    assert.deepEqual(producer.calls, ['send']);
    collector.close();
  });

  it('sends as ever when a transaction has passed', async () => {
    refusals.committed();
    for (const value of ['1', '2']) send('topic', value);
    assert.deepEqual(producer.calls, ['send', 'send']);
  });
});

describe('what is known of refused records', () => {
  let clock: ManualClock;
  let refusals: Refusals;

  beforeEach(() => {
    clock = new ManualClock(0);
    refusals = new Refusals(clock);
  });

  const record = (value: string): RefusedRecord => ({
    topic: 'topic',
    key: Buffer.from('key'),
    value: Buffer.from(value),
    scope: 'record',
    reason: 'too large',
  });
  const check = (value: string, topic = 'topic'): void => refusals.check(topic, Buffer.from('key'), Buffer.from(value));

  it('is the one record until a transaction has passed', () => {
    refusals.learn([record('a')]);
    assert.throws(() => check('a'), { name: 'RecordRefusedError', message: /topic: too large/ });
    check('b');
    check('a', 'other');
    refusals.committed();
    check('a');
    assert.equal(refusals.any, false);
  });

  it('is a whole topic for half a minute, whatever passes: it may be created and allowed meanwhile', () => {
    refusals.learn([{ ...record('a'), scope: 'topic', reason: 'unknown topic' }]);
    refusals.committed();
    assert.throws(() => check('b'), /unknown topic/);
    clock.advance(30_000);
    check('b');
  });

  it('is of no use where other records are refused each time', () => {
    for (let n = 0; n <= 10; n++) {
      assert.equal(refusals.exhausted, false);
      refusals.learn([record(String(n))]);
    }
    assert.equal(refusals.exhausted, true);
  });

  it('is of use as long as it is met, however many records there are', () => {
    for (let n = 0; n < 100; n++) {
      refusals.learn([record(String(n))]);
      assert.throws(() => check(String(n)));
    }
    assert.equal(refusals.exhausted, false);
  });
});
