import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ErrorContext } from '../../streams/index.js';
import type { Producer, ProducerOptions } from '../../streams/kafka/ports.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { kindOf } from '../../streams/runtime/processors/repartition/record-kind.js';
import type { ProducedRecord } from '../../streams/testing/in-memory-broker.js';
import { TestApplication } from '../runtime/test-application.js';
import { numbered, partitionOf } from './moving-driver.js';
import { movingTopology } from './moving-topology.js';

const TOPIC = 'app-moved-repartition';

describe('what moves through a repartition topic that refuses some of it', () => {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
    app.createTopics();
    app.cluster.createTopic(TOPIC, 2);
  });

  afterEach(() => app.close());

  /** Sends values to the partition that is not that of their key in the repartition topic. */
  function send(values: readonly string[]): void {
    for (const value of values) {
      const record = { key: null, value: Buffer.from(value), timestamp: 0, headers: NO_HEADERS };
      app.cluster.log('in', 1 - partitionOf(value.slice(0, 1))).append(record, undefined);
    }
  }

  for (const [what, refused, reason] of [
    ['a block', ({ key }: ProducedRecord) => key === null, undefined],
    ['one record', ({ value }: ProducedRecord) => value?.includes('a:5') === true, /message size too large/],
  ] as const) {
    it(`is sent record by record after ${what} was refused, so that a refusal is that of one record`, async () => {
      const failures: ErrorContext[] = [];
      let isRefusing = true;
      app.cluster.refuse(TOPIC, 'message size too large', record => {
        const isRefused = isRefusing && refused(record);
        // A block is refused once. The watermark record of its own, which comes next, has no key either.
        if (isRefused && reason === undefined) isRefusing = false;
        return isRefused;
      });
      app.start(
        {
          commitInterval: 20,
          deadLetterTopic: 'rejected',
          productionExceptionHandler: (error, context) => {
            failures.push(context);
            if (reason !== undefined) assert.match(error.message, reason);
            return 'resume';
          },
        },
        movingTopology(),
      );
      send(numbered(10));
      const expected = numbered(10).filter(value => reason === undefined || value !== 'a:5');
      await app.until(() => app.output().length >= expected.length);
      assert.deepEqual(app.output().sort(), expected);
      assert.deepEqual([...new Set(failures.map(({ record }) => String(record?.value)))], reason ? ['a:5'] : []);
      assert.deepEqual(app.output('rejected'), reason ? ['a:5'] : []);
    });
  }

  it('is not delivered record by record where blocks of several partitions are too large', async () => {
    let flushes = 0;
    const { ports } = app.cluster;
    const producer = (options: ProducerOptions): Producer => {
      const made = ports.producer(options);
      return Object.assign(made, { flush: countingFlush(made.flush.bind(made)) });
    };
    const countingFlush = (flush: () => Promise<void>) => async (): Promise<void> => {
      flushes++;
      await flush();
    };
    app.cluster.refuse(TOPIC, 'message size too large', ({ value }) => (value?.length ?? 0) > 1000);
    const values = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap(to => numbered(200, to));
    send(values);
    app.create({ commitInterval: 200 }, { ports: { ...ports, producer } }, movingTopology()).start();
    await app.until(() => app.output().length === values.length);
    assert.ok(app.cluster.aborts > 0);
    assert.ok(flushes < 20, `${flushes} flushes`);
  });

  it('is sent record by record for half a minute after a refusal, so that not each transaction has one', async () => {
    let limit = 300;
    const isTooLarge = ({ value }: ProducedRecord): boolean => (value?.length ?? 0) > limit;
    app.cluster.refuse(TOPIC, 'message size too large', isTooLarge);
    app.start({ commitInterval: 20 }, movingTopology());
    const values = numbered(330);
    const move = async (from: number): Promise<void> => {
      send(values.slice(from, from + 30));
      await app.until(() => app.output().length >= from + 30);
      app.clock.aheadMs += 30;
    };
    const blocks = (): number =>
      app.cluster
        .logs(TOPIC)
        .flatMap(log => log.committed)
        .filter(({ headers }) => kindOf(headers) === 'block').length;
    for (let round = 0; round < 10; round++) await move(30 * round);
    assert.deepEqual([app.cluster.aborts, blocks()], [1, 0]);
    limit = Number.POSITIVE_INFINITY;
    app.clock.aheadMs += 30_000;
    await move(300);
    assert.ok(blocks() > 0);
    assert.deepEqual([app.cluster.aborts, app.output()], [1, values]);
  });
});
