import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type KafkaStreams,
  type KStream,
  Serdes,
  StreamsBuilder,
  TimeWindows,
  type Topology,
} from '../../streams/index.js';
import { NO_HEADERS } from '../../streams/kafka/record.js';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';

const WINDOW_MS = 1000;
const COUNT = { valueSerde: Serdes.json<number | null>() };

describe('an application whose topology has gained operators', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  const send = (timestamp: number): void => app.send(1, 0, timestamp);

  /** Two counts in windows, the second one in windows of twice the size. */
  function counting(upstream: (stream: KStream<string | null, unknown>) => KStream<string | null, unknown>): Topology {
    const builder = new StreamsBuilder();
    const stream = upstream(builder.stream<string, unknown>('in'));
    for (const factor of [1, 2]) {
      const size = factor * WINDOW_MS;
      stream
        .groupByKey()
        .windowedBy(TimeWindows.of({ size, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: `counts-${factor}` })
        .toStream(({ key, window }) => `${key}@${window.start}/${factor}`)
        .to('out', COUNT);
    }
    return builder.build();
  }

  for (const inserted of [0, 1, 2, 3, 4, 8]) {
    it(`emits each window once, and loses none: ${inserted} more upstream`, async () => {
      const before = app.start(
        {},
        counting(stream => stream),
      );
      for (const timestamp of [100, 1100, 2100, 3100]) send(timestamp);
      await app.untilCommitted(4);
      await before.close();
      const again = app.start(
        {},
        counting(stream => Array.from({ length: inserted }).reduce<typeof stream>(s => s.mapValues(v => v), stream)),
      );
      for (const timestamp of [3200, 4100, 5100, 6100]) send(timestamp);
      await app.untilCommitted(8);
      await again.close();
      assert.deepEqual(app.rows(), [
        'key@0/1 1',
        'key@0/2 2',
        'key@1000/1 1',
        'key@2000/1 1',
        'key@2000/2 3',
        'key@3000/1 2',
        'key@4000/1 1',
        'key@4000/2 2',
        'key@5000/1 1',
      ]);
    });
  }
});

describe('an application whose topology has gained a sub-topology', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
    app.cluster.createTopic('other', 2);
  });

  function send(topic: string, ...timestamps: readonly number[]): void {
    for (const timestamp of timestamps) {
      const record = { key: Buffer.from('key'), value: Buffer.from('1'), timestamp, headers: NO_HEADERS };
      app.cluster.log(topic, 0).append(record, undefined);
    }
  }

  /** The records of each group of topics are counted in windows, in a store of the name of the first topic. */
  function counting(...groups: readonly (readonly [string, ...string[]])[]): Topology {
    const builder = new StreamsBuilder();
    for (const topics of groups) {
      builder
        .stream<string, unknown>(topics)
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: WINDOW_MS, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: topics[0] })
        .toStream(({ window }) => `${topics[0]}@${window.start}`)
        .to('out', COUNT);
    }
    return builder.build();
  }

  /** Another subscription is another member: the group waits until the session of the one before has timed out. */
  async function startChanged(topology: Topology): Promise<KafkaStreams> {
    const streams = app.start({}, topology);
    await app.until(() => app.cluster.memberIds.length === 2);
    app.cluster.expire(app.directory.instanceId);
    return streams;
  }

  it('declared before the others, goes on where it was: each window is emitted once', async () => {
    const before = app.start({}, counting(['in']));
    send('in', 100, 1100, 2100, 2200);
    await app.untilCommitted(4, 'in');
    await before.close();
    send('other', 100, 1100);
    // Some of its windows closed before: it must not count them again.
    send('in', 300, 1200, 2300, 3100);
    const again = await startChanged(counting(['other'], ['in']));
    await app.untilCommitted(8, 'in');
    await app.untilCommitted(2, 'other');
    assert.deepEqual(again.tasks.map(({ id }) => id).sort(), ['0_0', '0_1', '1_0', '1_1']);
    assert.deepEqual(again.tasks.find(({ id }) => id === '0_0')?.counts.late, 2);
    await again.close();
    assert.deepEqual(app.rows(), ['in@0 1', 'in@1000 1', 'in@2000 3', 'other@0 1']);
    assert.deepEqual(app.warnings, []);
  });

  it('does not get the number of one that was removed', async () => {
    const before = app.start({}, counting(['in']));
    send('in', 100);
    await app.untilCommitted(1, 'in');
    await before.close();
    send('other', 100);
    const again = await startChanged(counting(['other']));
    await app.untilCommitted(1, 'other');
    assert.deepEqual(again.tasks.map(({ id }) => id).sort(), ['1_0', '1_1']);
    await again.close();
  });

  it('is refused if a store with open windows would be in another sub-topology', async () => {
    const before = app.start({}, counting(['in'], ['other']));
    send('in', 100);
    send('other', 100);
    await app.untilCommitted(1, 'in');
    await app.untilCommitted(1, 'other');
    await before.close();
    const builder = new StreamsBuilder();
    for (const topic of ['in', 'other']) {
      const stream = builder.stream<string, unknown>(topic);
      const windowed = stream.groupByKey().windowedBy(TimeWindows.of({ size: WINDOW_MS, grace: 0 }));
      const table = windowed.emitStrategy('onWindowClose').count({ as: topic });
      (topic === 'in' ? table.toStream().merge(table.toStream()) : table.toStream()).foreach(() => {});
    }
    await assert.doesNotReject(async () => {
      const same = app.start({}, builder.build());
      await app.until(() => same.state === 'RUNNING');
      await same.close();
    }, 'operators without a store make no difference');
    const joined = app.start({}, joining());
    await assert.rejects(joined.stopped, {
      name: 'MovedStoreError',
      message: /^store other was kept by sub-topology 1, the topology has it in 0: /,
    });
  });

  /** Both counts in one sub-topology. */
  function joining(): Topology {
    const builder = new StreamsBuilder();
    const count = (topic: string) =>
      builder
        .stream<string, unknown>(topic)
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: WINDOW_MS, grace: 0 }))
        .emitStrategy('onWindowClose')
        .count({ as: topic })
        .toStream();
    count('in')
      .merge(count('other'))
      .foreach(() => {});
    return builder.build();
  }
});
