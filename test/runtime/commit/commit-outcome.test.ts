import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, type Topology } from '../../../streams/index.js';
import { KafkaClientError, type Ports, type Producer } from '../../../streams/kafka/ports.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';

describe('a commit that passes though the client says otherwise', () => {
  let app: TestApplication;
  /** What the next commit fails with, when it has passed and `ending` has resolved. */
  let failing: KafkaClientError | undefined;
  let ending: Promise<void>;
  let hasBegun: boolean;

  applicationForEachTest(created => {
    app = created;
    failing = undefined;
    hasBegun = false;
  });

  function ports(): Ports {
    const { ports } = app.cluster;
    return { ...ports, producer: options => misreporting(ports.producer(options)) };
  }

  function misreporting(producer: Producer): Producer {
    const commitTransaction = async (): Promise<void> => {
      const error = failing;
      failing = undefined;
      await producer.commitTransaction();
      if (error === undefined) return;
      hasBegun = true;
      await ending;
      throw error;
    };
    return new Proxy(producer, {
      get(target, name) {
        if (name === 'commitTransaction') return commitTransaction;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  it('is not undone where a handler asks for a retry meanwhile', async () => {
    let end = (): void => {};
    ending = new Promise(resolve => {
      end = resolve;
    });
    let isRefused = true;
    const streams = app.create(
      {
        processingExceptionHandler: () => {
          isRefused = false;
          end();
          return 'retry';
        },
      },
      { ports: ports() },
      counting(value => {
        if (value === 2 && isRefused) throw new Error('not now');
      }),
    );
    streams.start();
    await app.until(() => streams.state === 'RUNNING');
    app.send(1);
    await app.until(() => app.output().length === 1);
    failing = new KafkaClientError('outcome unknown', 'fatal', -1);
    app.send(1);
    await app.until(() => hasBegun);
    app.send(2);
    await app.untilCommitted(3);
    assert.deepEqual(app.output(), ['1', '2', '3']);
  });
});

function counting(check: (value: number) => void): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in', { dropNullValues: true })
    .peek((_key, value) => check(value))
    .groupByKey()
    .count({ as: 'counts' })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}
