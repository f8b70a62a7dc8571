import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beforeEach, describe, it } from 'mocha';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { RecordCollector } from '../../streams/runtime/record-collector.js';
import { FakeProducer } from './fake-producer.js';

describe('RecordCollector', () => {
  let producer: FakeProducer;
  let collector: RecordCollector;

  beforeEach(() => {
    producer = new FakeProducer();
    collector = new RecordCollector(producer);
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
        collector = new RecordCollector(producer);
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
