import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StreamsBuilder } from '../../streams/index.js';
import type { Ports } from '../../streams/kafka/ports.js';
import { TestApplication } from '../runtime/test-application.js';

describe('an abort that takes its time while a processor of the task waits', () => {
  it('takes back what that processor forwards meanwhile', async () => {
    const app = new TestApplication();
    app.createTopics();
    const gates: (() => void)[] = [];
    const aborts: (() => void)[] = [];
    let failsOnce = true;
    const { ports } = app.cluster;
    const slow: Ports = {
      ...ports,
      producer: options => {
        const producer = ports.producer(options);
        const { abortTransaction } = producer;
        producer.abortTransaction = async () => {
          await new Promise<void>(resolve => aborts.push(resolve));
          await abortTransaction.call(producer);
        };
        return producer;
      },
    };
    const builder = new StreamsBuilder();
    builder
      .stream<string, number>('in', { dropNullValues: true })
      .process<string, string>(context => async ({ value, timestamp }) => {
        if (value === 1 && gates.length === 0) await new Promise<void>(resolve => gates.push(resolve));
        if (value === 2 && failsOnce) {
          failsOnce = false;
          await immediate();
          throw new Error('not yet');
        }
        context.forward({ key: 'k', value: `${value}`, timestamp });
      })
      .to('out');
    const streams = app.create({ processingExceptionHandler: () => 'retry' }, { ports: slow }, builder.build());
    streams.start();
    app.send(1, 0);
    await app.until(() => gates.length === 1);
    // The record of the other task fails, so the transaction is aborted.
    app.send(2, 1);
    await app.until(() => aborts.length === 1);
    gates[0]?.();
    await immediate();
    aborts[0]?.();
    await app.until(() => app.output().length > 1);
    const output = app.output().sort();
    await app.close();
    assert.deepEqual(output, ['"1"', '"2"']);
  });
});
