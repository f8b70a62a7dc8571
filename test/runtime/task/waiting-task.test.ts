import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type ErrorContext, resumeOnError, StreamsBuilder } from '../../../streams/index.js';
import { GatedDriver } from '../gated-driver.js';
import { type Script, scripted, withScript } from '../scripted-processor.js';
import { counting, LEFT, RIGHT, turns, waitingAt } from '../waiting-script.js';

describe('a step that waits', () => {
  let gated: GatedDriver;

  beforeEach(() => {
    gated = new GatedDriver();
  });

  afterEach(() => gated.close());

  it('keeps the later records of its task waiting, and no other task', async () => {
    const seen: unknown[] = [];
    const script: Script = {
      process(hands, key, value, timestamp) {
        seen.push(value);
        waitingAt(gated.gate).process(hands, key, value, timestamp);
      },
    };
    await gated.create(script, { partitions: 2 });
    gated.produce(LEFT, 1, 2);
    gated.produce(RIGHT, 11, 12);
    await gated.steps();
    gated.produce(RIGHT, 13);
    await gated.steps();
    assert.deepEqual(seen.sort(), [1, 11, 12, 13]);
    gated.gate.open();
    await gated.steps();
    assert.deepEqual(seen.sort(), [1, 11, 12, 13, 2]);
    gated.gate.open();
    await gated.driver.run();
    await gated.driver.commit();
    assert.deepEqual(gated.output().sort(), [1, 11, 12, 13, 2]);
  });

  it('is awaited by the test driver', async () => {
    const resumed: unknown[] = [];
    await gated.create(waitingAt(gated.gate, resumed));
    gated.produce(LEFT, 1);
    let hasRun = false;
    const running = gated.driver.run().then(() => {
      hasRun = true;
    });
    await turns();
    assert.ok(!hasRun);
    await gated.gate.opening(running);
    assert.deepEqual(resumed, [1]);
    await gated.gate.opening(gated.driver.pipeInput('in', { key: LEFT, value: 2 }));
    assert.deepEqual(resumed, [1, 2]);
  });

  it('reads a whole store, with what its own record has written', async () => {
    await gated.run(withScript(counting));
    await gated.driver.pipeInput('in', [
      { key: 'a', value: 'x' },
      { key: 'a', value: 'y' },
    ]);
    assert.deepEqual(gated.output(), ['x: 1 of 0', 'y: 2 of 0']);
  });

  it('comes before the next step, and before the punctuation that its record makes due', async () => {
    await gated.create({
      init: hands =>
        void hands.schedule(10, 'streamTime', time => {
          hands.wait(
            () => gated.gate.wait(),
            () => hands.forward('a', `at ${time}`, time),
          );
        }),
      process: waitingAt(gated.gate).process,
    });
    gated.driver.produce('in', [
      { key: 'a', value: 1, timestamp: 10 },
      { key: 'a', value: 2, timestamp: 20 },
    ]);
    await gated.gate.opening(gated.driver.run());
    await gated.driver.commit();
    assert.deepEqual(gated.output(), [1, 'at 10', 2, 'at 20']);
  });

  it('lets no punctuation run', async () => {
    await gated.create({
      ...waitingAt(gated.gate),
      init: hands => void hands.schedule(10, 'wallClockTime', time => hands.forward('a', `at ${time}`, time)),
    });
    gated.produce(LEFT, 1);
    await gated.steps();
    gated.driver.moveWallClock(10);
    await gated.steps();
    await gated.gate.opening(gated.driver.run());
    await gated.driver.commit();
    assert.deepEqual(gated.output(), [1, 'at 10']);
  });

  it('keeps the records that stay in the task in order', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in')
      .flatMapValues(value => [`${value}a`, `${value}b`])
      .selectKey(key => key)
      .repartition({ name: 'again' })
      .peek(() => {}, { name: 'first' })
      .peek(() => {}, { name: 'second' })
      .to('out');
    const seen: unknown[] = [];
    const first: Script = {
      process(hands, key, value, timestamp) {
        if (String(value).endsWith('b')) hands.forward(key, value, timestamp);
        else waitingAt(gated.gate).process(hands, key, value, timestamp);
      },
    };
    const second: Script = { process: (_hands, _key, value) => void seen.push(value) };
    await gated.run(scripted(builder.build(), { first, second }));
    await gated.gate.opening(gated.driver.pipeInput('in', { key: 'a', value: '1', timestamp: 0 }));
    assert.deepEqual(seen, ['1a', '1b']);
  });

  describe('that fails', () => {
    it('is an error of its node and record', async () => {
      const contexts: ErrorContext[] = [];
      await gated.create(waitingAt(gated.gate), {
        deadLetterTopic: 'rejected',
        processingExceptionHandler: (error, context) => {
          contexts.push(context);
          return resumeOnError(error, context);
        },
      });
      gated.produce(LEFT, 1, 2);
      await gated.steps();
      gated.gate.fail(new Error('no answer'));
      await gated.gate.opening(gated.driver.run());
      await gated.driver.commit();
      assert.deepEqual(gated.output(), [2]);
      const [context] = contexts;
      assert.equal(contexts.length, 1);
      assert.equal(context?.node, 'script');
      assert.equal(context?.record?.offset, 0);
      assert.equal(context?.input?.value, 1);
      assert.equal(gated.driver.readOutput('rejected').length, 1);
      assert.equal(gated.driver.counts[0]?.rejected, 1);
    });

    it('stops the application where the handler says so', async () => {
      await gated.create(waitingAt(gated.gate));
      gated.produce(LEFT, 1);
      await gated.steps();
      gated.gate.fail(new Error('no answer'));
      await assert.rejects(gated.steps(), {
        name: 'StreamsError',
        message: /processing failed at script for in-0@0: no answer/,
      });
    });

    it('begins again where the handler asks for another try', async () => {
      await gated.create(waitingAt(gated.gate), { processingExceptionHandler: () => 'retry' });
      gated.produce(LEFT, 1);
      await gated.steps();
      gated.gate.fail(new Error('no answer'));
      await gated.steps();
      assert.equal(gated.gate.waiting, 1);
      gated.gate.open();
      await gated.driver.run();
      await gated.driver.commit();
      assert.deepEqual(gated.output(), [1]);
    });
  });
});
