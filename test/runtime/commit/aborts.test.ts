import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { KafkaClientError, type RefusedRecord } from '../../../streams/kafka/ports.js';
import { Aborts, checkUndoable } from '../../../streams/runtime/commit/aborts.js';
import { RetryError } from '../../../streams/runtime/errors.js';
import { RecordQueue } from '../../../streams/runtime/input/record-queue.js';
import { RecordRefusedError, Refusals } from '../../../streams/runtime/output/refusals.js';
import { ManualClock } from '../../../streams/testing/manual-clock.js';
import { record } from '../scripted-consumer.js';

const REFUSED: RefusedRecord = { topic: 'out', key: null, value: null, scope: 'record', reason: 'too large' };
const ABORTED = new KafkaClientError('commit: refused', 'abort', -1);

describe('what is known of aborted transactions', () => {
  let refusals: Refusals;
  let aborts: Aborts;
  let mine: RecordQueue;
  let other: RecordQueue;

  beforeEach(() => {
    refusals = new Refusals(new ManualClock(0));
    aborts = new Aborts(refusals);
    [mine, other] = [0, 1].map(partition => new RecordQueue('in', partition)) as [RecordQueue, RecordQueue];
    for (const queue of [mine, other]) queue.seek(0);
  });

  function process(queue: RecordQueue, records: number): void {
    for (let n = 0; n < records; n++) {
      queue.add(record('in', queue.partition, queue.position, null, null));
      queue.take();
    }
  }

  const isKnown = (): boolean => refusals.any;
  const commit = (queue: RecordQueue): void => {
    queue.committed();
    aborts.committed([mine, other]);
  };

  it('is kept until all that they had processed is committed, whatever is committed before', () => {
    process(mine, 3);
    assert.match(aborts.add(ABORTED, [REFUSED], [mine, other]), /refused 1 records, the first one for out: too large/);
    mine.seek(0);
    process(other, 5);
    commit(other);
    assert.ok(isKnown(), 'another task has committed');
    process(mine, 2);
    commit(mine);
    assert.ok(isKnown(), 'a part of it is committed');
    process(mine, 1);
    commit(mine);
    assert.ok(!isKnown());
  });

  it('is forgotten where a handler says that what was refused is to be sent again', () => {
    aborts.add(ABORTED, [REFUSED], [mine]);
    aborts.add(new RetryError('again', { cause: new RecordRefusedError('out', 'too large') }), [], [mine]);
    assert.ok(!isKnown());
  });

  it('is the end where nothing helps', () => {
    const add = (): string => aborts.add(ABORTED, [REFUSED], [mine]);
    for (let n = 0; n < 10; n++) add();
    assert.throws(add, { name: 'StreamsError', message: /no transaction passes: .*out: too large/ });
  });
});

describe('an error of a transaction', () => {
  it('is undone where a new one may pass, and thrown where only a new client helps', () => {
    for (const error of [ABORTED, new RetryError('again')]) assert.doesNotThrow(() => checkUndoable(error));
    const fatal = new KafkaClientError('fenced', 'fatal', -1);
    for (const error of [fatal, new TypeError('a mistake')]) {
      assert.throws(
        () => checkUndoable(error),
        thrown => thrown === error,
      );
    }
  });
});
