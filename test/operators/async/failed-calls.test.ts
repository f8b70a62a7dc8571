import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type ErrorContext, resumeOnError, StreamsError } from '../../../streams/index.js';
import { turns } from '../../runtime/waiting-script.js';
import { AsyncDriver } from './async-driver.js';

const DEAD_LETTERS = { processingExceptionHandler: resumeOnError, deadLetterTopic: 'dead' };

describe('a call that fails', () => {
  let tested: AsyncDriver;

  beforeEach(() => {
    tested = new AsyncDriver();
  });

  afterEach(() => tested.close());

  async function failing(value: string, message: string): Promise<void> {
    tested.remote.of(value).fail(new Error(message));
    await tested.steps();
  }

  it('sends its record to the dead letters, in its turn, and the others go on', async () => {
    const contexts: ErrorContext[] = [];
    await tested.create(tested.asking({ name: 'ask' }), {
      ...DEAD_LETTERS,
      processingExceptionHandler: (_error, context) => {
        contexts.push(context);
        return 'resume';
      },
    });
    tested.produce('a1', 'a2', 'a3');
    await tested.steps();
    await failing('a2', 'not today');
    assert.equal(contexts.length, 0);
    assert.deepEqual(await tested.committed(), ['a1!', 'a3!']);
    assert.deepEqual(
      contexts.map(({ phase, node, record, input }) => [phase, node, record?.offset, input?.value]),
      [['processing', 'ask', 1, 'a2']],
    );
    const [letter] = tested.driver.readRecords('dead');
    assert.equal(String(letter?.value), '"a2"');
    assert.deepEqual(tested.driver.counts[0]?.rejected, 1);
  });

  it('is repeated, with a pause that grows, before it has failed', async () => {
    await tested.create(tested.asking({ retries: 2, retryBackoff: 1 }), DEAD_LETTERS);
    tested.produce('a1');
    await tested.steps();
    await failing('a1', 'first');
    while (tested.remote.inFlight.length === 0) await turns();
    await failing('a1', 'second');
    while (tested.remote.inFlight.length === 0) await turns();
    assert.deepEqual(
      tested.remote.calls.map(({ call }) => call.attempt),
      [1, 2, 3],
    );
    assert.deepEqual(await tested.committed(), ['a1!']);
    assert.equal(tested.driver.counts[0]?.rejected, 0);
  });

  it('has the error of the last retry', async () => {
    await tested.create(tested.asking({ retries: 1, retryBackoff: 1 }));
    tested.produce('a1');
    await tested.steps();
    await failing('a1', 'first');
    while (tested.remote.inFlight.length === 0) await turns();
    tested.remote.of('a1').fail(new Error('second'));
    await assert.rejects(tested.driver.run(), (error: Error) => {
      assert.ok(error instanceof StreamsError);
      assert.match(error.message, /processing failed at KSTREAM-MAPVALUESASYNC-\d+ for in-0@0: second/);
      return true;
    });
  });

  it('may throw at once, too, and be repeated', async () => {
    let calls = 0;
    await tested.create(
      input =>
        input.mapValuesAsync(
          value => {
            if (++calls < 3) throw new Error('not yet');
            return value;
          },
          { retries: 2, retryBackoff: 1 },
        ),
      DEAD_LETTERS,
    );
    tested.produce('a1');
    await tested.driver.run();
    assert.deepEqual(await tested.committed(), ['a1']);
    tested.produce('a2');
    calls = -10;
    await tested.driver.run();
    assert.deepEqual(await tested.committed(), []);
    assert.equal(tested.driver.readRecords('dead').length, 1);
  });

  it('has failed when its time has passed, and its signal is aborted', async () => {
    await tested.create(tested.asking({ timeout: '5s' }), DEAD_LETTERS);
    tested.produce('a1', 'a2');
    await tested.steps();
    tested.driver.moveWallClock(4999);
    tested.produce('a3');
    await tested.steps();
    const { signal } = tested.remote.of('a1').call;
    assert.ok(!signal.aborted);
    tested.driver.moveWallClock(1);
    await tested.steps();
    assert.ok(signal.aborted);
    // That of a1 comes too late.
    assert.deepEqual(await tested.committed(), ['a3!']);
    const [letter] = tested.driver.readRecords('dead');
    assert.match(String(letter?.headers.map(({ value }) => value).join()), /no result within 5000 ms/);
    assert.equal(tested.driver.counts[0]?.rejected, 2);
  });

  it('is repeated after its time, also while a commit waits for it', async () => {
    await tested.create(tested.asking({ timeout: '5s', retries: 1, retryBackoff: 1 }), DEAD_LETTERS);
    tested.produce('a1');
    await tested.steps();
    const committing = tested.driver.commit();
    await turns();
    tested.driver.moveWallClock(5000);
    while (tested.remote.calls.length < 2) await turns();
    tested.remote.calls[0]?.answer('too late');
    tested.remote.calls[1]?.answer('in time');
    await committing;
    assert.deepEqual(tested.output(), ['in time']);
  });

  it('counts a record once that has several, and none that has a result', async () => {
    await tested.create(
      input => input.flatMapValues(value => [`${value}x`, `${value}y`]).mapValuesAsync(tested.remote.ask),
      DEAD_LETTERS,
    );
    tested.produce('a1', 'b2');
    await tested.steps();
    for (const value of ['a1x', 'a1y', 'b2x']) await failing(value, 'no');
    assert.deepEqual(await tested.committed(), ['b2y!']);
    const { rejected, failedResults } = tested.driver.counts[0] ?? {};
    assert.deepEqual([rejected, failedResults], [1, 1]);
    assert.equal(tested.driver.readRecords('dead').length, 3);
  });

  it('goes back to the last commit if the handler says so', async () => {
    let retries = 0;
    await tested.create(tested.asking(), {
      processingExceptionHandler: () => {
        retries++;
        return 'retry';
      },
    });
    tested.produce('a1', 'a2');
    await tested.steps();
    const other = tested.remote.of('a2');
    await failing('a1', 'down');
    assert.equal(retries, 1);
    assert.ok(other.call.signal.aborted);
    other.answer('of the aborted transaction');
    assert.deepEqual(await tested.remote.answering(tested.driver.run()).then(() => tested.committed()), ['a1!', 'a2!']);
  });

  it('of a result that comes with a commit has no record', async () => {
    await tested.create(
      input =>
        input
          .groupByKey()
          .count({ as: 'counts' })
          .toStream()
          .mapValuesAsync(async () => {
            throw new Error('no');
          }),
      DEAD_LETTERS,
    );
    tested.produce('a1');
    await tested.driver.run();
    assert.deepEqual(await tested.committed(), []);
    assert.deepEqual(tested.driver.counts[0]?.failedResults, 1);
    assert.equal(tested.driver.readRecords('dead').length, 1);
  });

  it('is one that gives what can not be forwarded', async () => {
    const wrong: readonly unknown[] = [
      3,
      'text',
      [{ key: 'a', value: 1 }, { key: 'b' }],
      (async function* () {})(),
      { key: 'a', value: 1, timestamp: -5 },
      { key: 'a', value: 1, timestamp: 0.5 },
    ];
    await tested.create(
      input => input.processAsync<string, unknown>(async ({ timestamp }) => wrong[timestamp] as never),
      DEAD_LETTERS,
    );
    tested.produce('a0', 'a1', 'a2', 'a3', 'a4', 'a5');
    await tested.driver.run();
    assert.deepEqual(await tested.committed(), []);
    assert.equal(tested.driver.counts[0]?.rejected, wrong.length);
  });
});
