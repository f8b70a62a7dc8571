import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import { type ClientErrorKind, KafkaClientError } from '../../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../../streams/kafka/record.js';
import { AtLeastOnceCommitter, TransactionalCommitter } from '../../../streams/runtime/commit/committer.js';
import { RecordCollector } from '../../../streams/runtime/output/record-collector.js';
import { Refusals } from '../../../streams/runtime/output/refusals.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { FakeProducer } from '../fake-producer.js';
import { ScriptedConsumer } from '../scripted-consumer.js';

const OFFSETS = [{ topic: 'in', partition: 0, offset: 7 }];

function failure(kind: ClientErrorKind): KafkaClientError {
  return new KafkaClientError(`it is ${kind}`, kind, -1);
}

describe('a transactional commit', () => {
  let producer: FakeProducer;
  let collector: RecordCollector;
  let committer: TransactionalCommitter;

  beforeEach(async () => {
    producer = new FakeProducer();
    collector = new RecordCollector(producer, new Refusals(new ManualClock(0)), new ManualClock(0));
    committer = new TransactionalCommitter({ producer, consumer: new ScriptedConsumer(), collector });
    await committer.start();
    producer.calls.length = 0;
  });

  const send = (value: string): void => collector.send('t', 0, null, Buffer.from(value), 0, NO_HEADERS);
  const sent = (): (string | undefined)[] => producer.sent.map(({ value }) => value?.toString());

  it('starts with the end of what a predecessor left open, and opens a transaction', async () => {
    producer = new FakeProducer();
    committer = new TransactionalCommitter({
      producer,
      consumer: new ScriptedConsumer(),
      collector: new RecordCollector(producer, new Refusals(new ManualClock(0)), new ManualClock(0)),
    });
    await committer.start();
    assert.deepEqual(producer.calls, ['initTransactions', 'beginTransaction']);
    assert.equal(committer.transaction, 1);
  });

  it('is the records, the offsets, the commit, in this order; then the next transaction is open', async () => {
    send('1');
    await committer.commit(OFFSETS);
    assert.deepEqual(producer.calls, ['send', 'sendOffsetsToTransaction', 'commitTransaction', 'beginTransaction']);
    assert.deepEqual(producer.offsets, OFFSETS);
    assert.equal(committer.transaction, 2);
    send('2');
    assert.deepEqual(sent(), ['1', '2']);
  });

  it('needs no offsets: results may leave by the time alone', async () => {
    await committer.commit([]);
    assert.deepEqual(producer.calls, ['commitTransaction', 'beginTransaction']);
  });

  it('leaves what is sent meanwhile to the next transaction', async () => {
    const committing = committer.commit(OFFSETS);
    send('later');
    assert.deepEqual(sent(), []);
    await committing;
    assert.deepEqual(producer.calls.slice(-2), ['beginTransaction', 'send']);
  });

  for (const method of ['sendOffsetsToTransaction', 'commitTransaction'] as const) {
    it(`asks again when ${method} may be asked again`, async () => {
      producer.fail(method, failure('retriable'), failure('retriable'));
      await committer.commit(OFFSETS);
      assert.equal(producer.calls.filter(call => call === method).length, 3);
      assert.equal(committer.transaction, 2);
    });

    for (const kind of ['abort', 'fatal'] as const) {
      it(`rejects at once with the error of ${method} when it is ${kind}`, async () => {
        const error = failure(kind);
        producer.fail(method, error);
        await assert.rejects(committer.commit(OFFSETS), thrown => thrown === error);
        assert.equal(producer.calls.at(-1), method);
        assert.equal(committer.transaction, 1);
      });
    }
  }

  it('gives up asking for offsets to be taken, which may be undone', async () => {
    producer.fail('sendOffsetsToTransaction', ...Array.from({ length: 5 }, () => failure('retriable')));
    await assert.rejects(committer.commit(OFFSETS), { name: 'KafkaClientError', kind: 'retriable' });
    assert.ok(!producer.calls.includes('commitTransaction'));
  });

  it('is fatal when its outcome stays unknown: it may have been committed, so it must not be undone here', async () => {
    producer.fail('commitTransaction', ...Array.from({ length: 5 }, () => failure('retriable')));
    await assert.rejects(committer.commit(OFFSETS), { name: 'KafkaClientError', kind: 'fatal' });
  });

  it('rejects with what is no error of the client as it is', async () => {
    const error = new TypeError('a mistake');
    producer.fail('commitTransaction', error);
    await assert.rejects(committer.commit(OFFSETS), thrown => thrown === error);
  });

  it('aborts what was sent and what was kept back, and opens the next transaction', async () => {
    producer.room = 1;
    send('sent');
    send('kept back');
    producer.room = 9;
    await committer.abort();
    send('after');
    assert.deepEqual(producer.calls, ['send', 'abortTransaction', 'beginTransaction', 'send']);
    assert.deepEqual(sent(), ['sent', 'after']);
    assert.equal(committer.transaction, 2);
  });

  it('has passed though what was kept back meanwhile is refused: that is an error of the next one', async () => {
    const error = failure('abort');
    const committing = committer.commit(OFFSETS);
    send('refused');
    producer.refuse(error);
    await committing;
    assert.throws(
      () => collector.drain(),
      thrown => thrown === error,
    );
  });

  it('is fatal when it has passed and no other transaction begins: it must not be undone here', async () => {
    producer.fail('beginTransaction', failure('abort'));
    await assert.rejects(committer.commit(OFFSETS), { name: 'KafkaClientError', kind: 'fatal' });
  });

  it('can be aborted after it has failed', async () => {
    producer.fail('commitTransaction', failure('abort'));
    const committing = committer.commit(OFFSETS);
    send('of the next transaction, which goes too');
    await assert.rejects(committing);
    await committer.abort();
    await committer.commit(OFFSETS);
    assert.deepEqual(sent(), []);
    assert.equal(committer.transaction, 3);
  });

  it('rejects when the abort fails', async () => {
    producer.fail('abortTransaction', failure('fatal'));
    await assert.rejects(committer.abort(), { kind: 'fatal' });
  });
});

describe('a commit with at_least_once', () => {
  let producer: FakeProducer;
  let consumer: ScriptedConsumer;
  let collector: RecordCollector;
  let committer: AtLeastOnceCommitter;

  beforeEach(async () => {
    producer = new FakeProducer();
    consumer = new ScriptedConsumer();
    collector = new RecordCollector(producer, new Refusals(new ManualClock(0)), new ManualClock(0));
    committer = new AtLeastOnceCommitter({ producer, consumer, collector });
    await committer.start();
  });

  const send = (): void => collector.send('t', 0, null, null, 0, NO_HEADERS);

  it('commits offsets only when everything before them is delivered', async () => {
    send();
    producer.fail('flush', failure('fatal'));
    await assert.rejects(committer.commit(OFFSETS), { kind: 'fatal' });
    assert.deepEqual(consumer.committedOffsets, []);
    assert.deepEqual(producer.calls, ['send', 'flush']);
  });

  it('flushes, then commits the offsets, and counts on', async () => {
    send();
    await committer.commit(OFFSETS);
    assert.deepEqual(producer.calls, ['send', 'flush']);
    assert.deepEqual(consumer.committedOffsets, OFFSETS);
    assert.equal(committer.transaction, 2);
  });

  for (const [what, code, kind] of [
    ['fatal when no broker has answered: the offsets may be committed', -185, 'fatal'],
    ['fatal when the brokers took too long for it', 7, 'fatal'],
    ['undone when the group has refused it', 22, 'abort'],
  ] as const) {
    it(`is ${what}`, async () => {
      consumer.commit = () => Promise.reject(new KafkaClientError('commit', 'abort', code));
      await assert.rejects(committer.commit(OFFSETS), { name: 'KafkaClientError', kind, code });
    });
  }

  it('waits for a delivery that is under way before it goes back: what fails later is of the next commit', async () => {
    const refused = { topic: 't', key: null, value: null, scope: 'record', reason: 'too large' } as const;
    const refusals = new Refusals(new ManualClock(0));
    collector = new RecordCollector(producer, refusals, new ManualClock(0));
    committer = new AtLeastOnceCommitter({ producer, consumer, collector });
    refusals.learn([refused, refused]);
    let delivered = false;
    producer.flush = async () => {
      await immediate();
      delivered = true;
    };
    await committer.start();
    send();
    collector.drain();
    await committer.abort();
    assert.ok(delivered);
  });

  it('forgets what was kept back when it goes back to the last commit', async () => {
    producer.room = 0;
    send();
    await committer.abort();
    assert.equal(collector.keptBack, 0);
    producer.room = 1;
    send();
    assert.equal(producer.sent.length, 1);
  });
});
