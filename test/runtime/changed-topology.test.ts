import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type KStream, Serdes, StreamsBuilder, TimeWindows, type Topology } from '../../streams/index.js';
import { TestApplication } from './test-application.js';

const WINDOW_MS = 1000;
const COUNT = { valueSerde: Serdes.json<number | null>() };

describe('an application whose topology has gained operators', () => {
  let app: TestApplication;

  beforeEach(() => {
    app = new TestApplication();
    app.createTopics();
  });

  afterEach(() => app.close());

  const send = (timestamp: number): void => app.send(1, 0, timestamp);
  const processed = (records: number): Promise<void> =>
    app.until(() => app.cluster.committedOffset('in', 0) === records);

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

  const emitted = (): string[] =>
    app.cluster
      .logs('out')
      .flatMap(log => log.committed.map(({ key, value }) => `${key?.toString()} ${value?.toString()}`))
      .sort();

  for (const inserted of [0, 1, 2, 3, 4, 8]) {
    it(`emits each window once, and loses none: ${inserted} more upstream`, async () => {
      const before = app.start(
        {},
        counting(stream => stream),
      );
      for (const timestamp of [100, 1100, 2100, 3100]) send(timestamp);
      await processed(4);
      await before.close();
      const again = app.start(
        {},
        counting(stream => Array.from({ length: inserted }).reduce<typeof stream>(s => s.mapValues(v => v), stream)),
      );
      for (const timestamp of [3200, 4100, 5100, 6100]) send(timestamp);
      await processed(8);
      await again.close();
      assert.deepEqual(emitted(), [
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
