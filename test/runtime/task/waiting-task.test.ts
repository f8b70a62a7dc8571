import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type ErrorContext, resumeOnError, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';
import { type Script, scripted, withScript } from '../scripted-processor.js';
import { counting, Gate, LEFT, RIGHT, turns, waitingAt } from '../waiting-script.js';

describe('a step that waits', () => {
  let driver: TopologyTestDriver;
  let gate: Gate;

  beforeEach(() => {
    gate = new Gate();
  });

  afterEach(() => driver.close());

  async function create(script: Script, options: TopologyTestDriverOptions = {}): Promise<void> {
    driver = await TopologyTestDriver.create(withScript(script), { autoCommit: false, ...options });
  }

  const produce = (key: string, ...values: unknown[]): void =>
    driver.produce(
      'in',
      values.map(value => ({ key, value, timestamp: 0 })),
    );

  const output = (): unknown[] => driver.readOutput('out').map(({ value }) => value);

  async function steps(times = 5): Promise<void> {
    for (let n = 0; n < times; n++) await driver.step();
  }

  it('keeps the later records of its task waiting, and no other task', async () => {
    const seen: unknown[] = [];
    const script: Script = {
      process(hands, key, value, timestamp) {
        seen.push(value);
        waitingAt(gate).process(hands, key, value, timestamp);
      },
    };
    await create(script, { partitions: 2 });
    produce(LEFT, 1, 2);
    produce(RIGHT, 11, 12);
    await steps();
    produce(RIGHT, 13);
    await steps();
    assert.deepEqual(seen.sort(), [1, 11, 12, 13]);
    gate.open();
    await steps();
    assert.deepEqual(seen.sort(), [1, 11, 12, 13, 2]);
    gate.open();
    await driver.run();
    await driver.commit();
    assert.deepEqual(output().sort(), [1, 11, 12, 13, 2]);
  });

  it('is awaited by the test driver', async () => {
    const resumed: unknown[] = [];
    await create(waitingAt(gate, resumed));
    produce(LEFT, 1);
    let hasRun = false;
    const running = driver.run().then(() => {
      hasRun = true;
    });
    await turns();
    assert.ok(!hasRun);
    await gate.opening(running);
    assert.deepEqual(resumed, [1]);
    await gate.opening(driver.pipeInput('in', { key: LEFT, value: 2 }));
    assert.deepEqual(resumed, [1, 2]);
  });

  it('reads a whole store, with what its own record has written', async () => {
    driver = await TopologyTestDriver.create(withScript(counting));
    await driver.pipeInput('in', [
      { key: 'a', value: 'x' },
      { key: 'a', value: 'y' },
    ]);
    assert.deepEqual(output(), ['x: 1 of 0', 'y: 2 of 0']);
  });

  it('comes before the next step, and before the punctuation that its record makes due', async () => {
    await create({
      init: hands =>
        void hands.schedule(10, 'streamTime', time => {
          hands.wait(
            () => gate.wait(),
            () => hands.forward('a', `at ${time}`, time),
          );
        }),
      process: waitingAt(gate).process,
    });
    driver.produce('in', [
      { key: 'a', value: 1, timestamp: 10 },
      { key: 'a', value: 2, timestamp: 20 },
    ]);
    await gate.opening(driver.run());
    await driver.commit();
    assert.deepEqual(output(), [1, 'at 10', 2, 'at 20']);
  });

  it('lets no punctuation run', async () => {
    await create({
      ...waitingAt(gate),
      init: hands => void hands.schedule(10, 'wallClockTime', time => hands.forward('a', `at ${time}`, time)),
    });
    produce(LEFT, 1);
    await steps();
    driver.moveWallClock(10);
    await steps();
    await gate.opening(driver.run());
    await driver.commit();
    assert.deepEqual(output(), [1, 'at 10']);
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
        else waitingAt(gate).process(hands, key, value, timestamp);
      },
    };
    const second: Script = { process: (_hands, _key, value) => void seen.push(value) };
    driver = await TopologyTestDriver.create(scripted(builder.build(), { first, second }));
    await gate.opening(driver.pipeInput('in', { key: 'a', value: '1', timestamp: 0 }));
    assert.deepEqual(seen, ['1a', '1b']);
  });

  describe('that fails', () => {
    it('is an error of its node and record', async () => {
      const contexts: ErrorContext[] = [];
      await create(waitingAt(gate), {
        deadLetterTopic: 'rejected',
        processingExceptionHandler: (error, context) => {
          contexts.push(context);
          return resumeOnError(error, context);
        },
      });
      produce(LEFT, 1, 2);
      await steps();
      gate.fail(new Error('no answer'));
      await gate.opening(driver.run());
      await driver.commit();
      assert.deepEqual(output(), [2]);
      const [context] = contexts;
      assert.equal(contexts.length, 1);
      assert.equal(context?.node, 'script');
      assert.equal(context?.record?.offset, 0);
      assert.equal(context?.input?.value, 1);
      assert.equal(driver.readOutput('rejected').length, 1);
      assert.equal(driver.counts[0]?.rejected, 1);
    });

    it('stops the application where the handler says so', async () => {
      await create(waitingAt(gate));
      produce(LEFT, 1);
      await steps();
      gate.fail(new Error('no answer'));
      await assert.rejects(steps(), {
        name: 'StreamsError',
        message: /processing failed at script for in-0@0: no answer/,
      });
    });

    it('begins again where the handler asks for another try', async () => {
      await create(waitingAt(gate), { processingExceptionHandler: () => 'retry' });
      produce(LEFT, 1);
      await steps();
      gate.fail(new Error('no answer'));
      await steps();
      assert.equal(gate.waiting, 1);
      gate.open();
      await driver.run();
      await driver.commit();
      assert.deepEqual(output(), [1]);
    });
  });
});
