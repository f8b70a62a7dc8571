import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, StreamsError, type Topology } from '../../../streams/index.js';
import { applicationForEachTest } from '../application-for-each-test.js';
import type { TestApplication } from '../test-application.js';

describe('an application to whose input partitions were added', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  function addPartitions(): void {
    app.cluster.createPartitions('in', 4);
    app.cluster.rebalance();
  }

  it('reads them where it keeps nothing by key, says so, and goes on with the others from where it was', async () => {
    app.start({}, doubles());
    app.send(1, 0);
    app.send(2, 1);
    await app.until(() => app.output().length === 2);
    addPartitions();
    app.send(3, 3);
    app.send(4, 0);
    await app.until(() => app.output().length === 4);
    assert.deepEqual(app.output().sort(), ['2', '4', '6', '8']);
    assert.match(app.warnings.join('; '), /topic in has 4 partitions, and had 2 before/);
    assert.ok(!app.states.includes('ERROR'));
  });

  it('reads them where it keeps nothing by key, when they were added while it was off', async () => {
    const streams = app.start({}, doubles());
    app.send(1, 0);
    await app.until(() => app.output().length === 1);
    await streams.close();
    app.cluster.createPartitions('in', 4);
    app.start({}, doubles());
    app.send(3, 3);
    app.send(4, 0);
    await app.until(() => app.output().length === 3);
    assert.deepEqual(app.output().sort(), ['2', '6', '8']);
  });

  const wrong = (error: unknown): boolean => {
    assert.ok(error instanceof StreamsError);
    assert.match(error.message, /topic in has 4 partitions, and had 2 .* new application id/);
    return true;
  };

  for (const [what, topology] of [
    ['a store', counts()],
    ['a store without a changelog', counts({ logging: false })],
    ['a repartition topic', moves()],
  ] as const) {
    it(`stops where it has ${what}, and names topic, counts and remedy`, async () => {
      const streams = app.start({}, topology);
      app.send(1, 0);
      await app.until(() => app.output().length === 1);
      addPartitions();
      await assert.rejects(streams.stopped, wrong);
      assert.equal(streams.state, 'ERROR');
      assert.match(streams.status.error ?? '', /topic in has 4 partitions, and had 2 before/);
    });
  }

  it('does not start where it has a store', async () => {
    const streams = app.start({}, counts());
    app.send(1, 0);
    await app.until(() => app.output().length === 1);
    await streams.close();
    app.cluster.createPartitions('in', 4);
    await assert.rejects(app.start({}, counts()).stopped, wrong);
  });
});

function doubles(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in', { dropNullValues: true })
    .mapValues(value => 2 * value)
    .to('out', { valueSerde: Serdes.json<number>() });
  return builder.build();
}

function counts(options: { readonly logging?: boolean } = {}): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .groupByKey()
    .count({ as: 'counts', ...options })
    .toStream()
    .to('out', { valueSerde: Serdes.json<number | null>() });
  return builder.build();
}

function moves(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .selectKey((_key, value) => String(value))
    .repartition({ name: 'moved' })
    .to('out', { valueSerde: Serdes.json<number>() });
  return builder.build();
}
