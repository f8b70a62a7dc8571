import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type ErrorContext, type KafkaStreams, Serdes, StreamsBuilder, type Topology } from '../../streams/index.js';
import type { ProcessingGuarantee, StreamsOptions } from '../../streams/runtime/streams-config.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const TOO_LARGE = 'message size too large';

describe('records that the cluster refuses', () => {
  let app: TestApplication;
  let failures: (Pick<ErrorContext, 'phase' | 'node'> & { readonly message: string; readonly value: string })[];

  applicationForEachTest(created => {
    app = created;
    failures = [];
  });

  function start(options: Partial<StreamsOptions>, topology = doubling()): KafkaStreams {
    return app.start({ deadLetterTopic: 'rejected', ...options }, topology);
  }

  const resume: Partial<StreamsOptions> = {
    productionExceptionHandler: ({ message }, { phase, node, record }) => {
      failures.push({ phase, node, message, value: String(record?.value) });
      return 'resume';
    },
  };

  const large = ({ value }: { readonly value: Buffer | null }): boolean => (value?.length ?? 0) > 6;

  for (const processingGuarantee of ['exactly_once_v2', 'at_least_once'] as const satisfies ProcessingGuarantee[]) {
    describe(`with ${processingGuarantee}`, () => {
      it('go to the production handler, and to the dead letters if it resumes; all others are there', async () => {
        app.cluster.refuse('out', TOO_LARGE, large);
        start({ processingGuarantee, ...resume });
        for (const value of [1, 2222, 3, 4444, 5]) app.send(value);
        await app.untilCommitted(5);
        assert.deepEqual([...new Set(app.output())].sort(), ['11', '33', '55']);
        assert.deepEqual([...new Set(app.output('rejected'))].sort(), ['2222', '4444']);
        // Again where a transaction that has more of them is processed again.
        assert.deepEqual(
          [...new Set(failures.map(({ phase, node, value }) => `${phase} at ${node}: ${value}`))],
          ['production at sink: 2222', 'production at sink: 4444'],
        );
        assert.match(failures[0]?.message ?? '', /out.*message size too large/);
      });

      it('stop the application where the handler says so, with the topic and the reason', async () => {
        app.cluster.refuse('out', TOO_LARGE, large);
        const streams = start({ processingGuarantee });
        for (const value of [1, 2222, 3]) app.send(value);
        await assert.rejects(streams.stopped, /production failed at sink for in-0@1: .*out.*message size too large/);
        assert.ok(app.cluster.committedOffset('in', 0) <= 1);
      });

      it('are all records of a topic that there can not be', async () => {
        app.cluster.refuse('out', 'invalid topic');
        start({ processingGuarantee, ...resume });
        for (const value of [1, 2, 3]) app.send(value);
        await app.untilCommitted(3);
        assert.deepEqual([...new Set(app.output('rejected'))].sort(), ['1', '2', '3']);
        assert.equal(app.cluster.aborts, processingGuarantee === 'exactly_once_v2' ? 1 : 0);
      });
    });
  }

  it('are processed at the next start with at_least_once, also where the group has no offset yet', async () => {
    let isRefused = true;
    app.cluster.refuse('out', TOO_LARGE, record => isRefused && large(record));
    const streams = start({ processingGuarantee: 'at_least_once' });
    for (const value of [1, 2222, 3]) app.send(value);
    await assert.rejects(streams.stopped, /message size too large/);
    isRefused = false;
    start({ processingGuarantee: 'at_least_once' });
    app.send(4);
    await app.until(() => app.output().includes('44'));
    assert.deepEqual([...new Set(app.output())].sort(), ['11', '22222222', '33', '44']);
  });

  it('stop the application if they are dead letters: they would be lost', async () => {
    app.cluster.refuse('out', TOO_LARGE, large);
    app.cluster.refuse('rejected', 'topic authorization failed');
    const streams = start(resume);
    app.send(2222);
    await assert.rejects(streams.stopped, /dead letter.* rejected.*topic authorization failed/);
  });

  it('stop the application if they are changes of a store', async () => {
    app.cluster.refuse('app-seen-changelog', 'topic authorization failed');
    const streams = start(resume);
    app.send(1);
    await assert.rejects(streams.stopped, /app-seen-changelog.*topic authorization failed/);
  });

  it('stop the application, after some transactions, if they are others each time', async () => {
    let made = 0;
    const builder = new StreamsBuilder();
    builder
      .stream('in')
      .mapValues(() => `other ${made++}`)
      .to('out', { valueSerde: Serdes.string() });
    app.cluster.refuse('out', TOO_LARGE, () => true);
    const streams = start(resume, builder.build());
    app.send(1);
    await assert.rejects(streams.stopped, /refused.*out: message size too large/);
  });

  it('stop the application, after some transactions, if they are others each time and a topic is refused as well', async () => {
    let made = 0;
    const builder = new StreamsBuilder();
    const input = builder.stream('in');
    input.to('nowhere');
    input.mapValues(() => `other ${made++}`).to('out', { valueSerde: Serdes.string() });
    app.cluster.refuse('nowhere', 'unknown topic');
    app.cluster.refuse('out', TOO_LARGE, () => true);
    const streams = start(resume, builder.build());
    app.send(1);
    await assert.rejects(streams.stopped, /refused.*out: message size too large/);
  });

  it('are sent again where the handler says so', async () => {
    let isRefused = true;
    app.cluster.refuse('out', TOO_LARGE, record => isRefused && large(record));
    start({
      productionExceptionHandler: () => {
        isRefused = false;
        return 'retry';
      },
    });
    app.send(2222);
    await app.until(() => app.output().length > 0);
    assert.deepEqual(app.output(), ['22222222']);
  });
});

/** Writes each value twice, one after the other. */
function doubling(): Topology {
  const builder = new StreamsBuilder();
  const input = builder.stream<string, string>('in', { valueSerde: Serdes.string(), dropNullValues: true });
  input.groupByKey().count({ as: 'seen' });
  input.mapValues(value => value + value).to('out', { name: 'sink', valueSerde: Serdes.string() });
  return builder.build();
}
