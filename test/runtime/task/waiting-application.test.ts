import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Consumer, ConsumerOptions, PolledBatch } from '../../../streams/kafka/ports.js';
import { noMetrics } from '../../../streams/runtime/status/streams-metrics.js';
import { type Script, withScript } from '../scripted-processor.js';
import { TestApplication } from '../test-application.js';
import { Gate, turns, waitingAt } from '../waiting-script.js';

describe('a step that waits in an application', () => {
  let app: TestApplication;
  let gate: Gate;

  beforeEach(() => {
    app = new TestApplication();
    app.createTopics();
    gate = new Gate();
  });

  afterEach(() => app.close());

  it('ends before the application closes', async () => {
    const streams = app.start({}, withScript(waitingAt(gate)));
    app.send(1);
    await app.until(() => gate.waiting === 1);
    const closing = streams.close();
    gate.open();
    await closing;
    assert.deepEqual(app.output(), ['1']);
  });

  it('is not part of the latency of the commit that waits for it', async () => {
    const latencies: number[] = [];
    const metrics = { ...noMetrics, committed: (ms: number) => void latencies.push(ms) };
    const streams = app.create({}, { metrics }, withScript(waitingAt(gate)));
    streams.start();
    app.send(1);
    await app.until(() => gate.waiting === 1);
    const closing = streams.close();
    await turns();
    app.clock.aheadMs += 60_000;
    gate.open();
    await closing;
    assert.deepEqual(app.output(), ['1']);
    assert.ok(Math.max(...latencies) < 60_000);
  });

  it('leaves the commit its turn, where tasks wait one after the other all the time', async () => {
    const waiting: Script = {
      process(hands, key, value, timestamp) {
        hands.wait(
          async () => {
            for (let turn = 0; turn < 3; turn++) await immediate();
          },
          () => {
            // There is always a next record.
            app.send(Number(value), hands.partition);
            hands.forward(key, value, timestamp);
          },
        );
      },
    };
    app.start({ commitInterval: 20 }, withScript(waiting));
    for (const partition of [0, 1]) for (let n = 0; n < 10; n++) app.send(n, partition);
    await app.until(() => app.output().length > 0);
  });

  it('goes on without waiting for the poll in flight, and loses nothing of it', async () => {
    const polls = new Gate();
    let isSilent = false;
    const { ports } = app.cluster;
    const slow = (consumer: Consumer): Consumer =>
      new Proxy(consumer, {
        get(target, name) {
          const poll = async (max: number): Promise<PolledBatch> => {
            for (;;) {
              const batch = await target.poll(max);
              if (!isSilent || batch.records.length > 0) return batch;
              await polls.wait();
            }
          };
          if (name === 'poll') return poll;
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    const resumed: unknown[] = [];
    const dependencies = { ports: { ...ports, consumer: (options: ConsumerOptions) => slow(ports.consumer(options)) } };
    const streams = app.create({}, dependencies, withScript(waitingAt(gate, resumed)));
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    isSilent = true;
    app.send(1);
    await app.until(() => {
      polls.open();
      return gate.waiting === 1;
    });
    await app.until(() => polls.waiting === 1);
    gate.open();
    await app.until(() => resumed.length === 1);
    app.send(2);
    polls.open();
    await app.until(() => gate.waiting === 1);
    isSilent = false;
    polls.open();
    gate.open();
    await app.until(() => app.output().length === 2);
  });
});
