import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { noMetrics } from '../../../streams/runtime/status/streams-metrics.js';
import { TestApplication } from '../test-application.js';

const WINDOW_MS = 1000;
const WINDOWS = 100;

describe('committed entries', () => {
  let app: TestApplication;
  /** The number of entries of each write to disk. */
  let written: number[];

  beforeEach(() => {
    app = new TestApplication();
    app.cluster.createTopic('in', 1);
    app.cluster.createTopic('out', 1);
    written = [];
  });

  afterEach(() => app.close());

  function start(): void {
    const builder = new StreamsBuilder();
    const windows = TimeWindows.of({ size: WINDOW_MS, grace: 0 });
    builder.stream('in').groupByKey().windowedBy(windows).count({ as: 'counts' });
    const metrics = { ...noMetrics, persisted: (_task: string, entries: number) => void written.push(entries) };
    app.create({}, { metrics }, builder.build()).start();
  }

  it('are not written to disk if their windows expire within some seconds; the others are', async () => {
    start();
    for (let window = 0; window < WINDOWS; window++) {
      app.send(1, 0, window * WINDOW_MS);
      await app.untilCommitted(window + 1);
    }
    app.clock.aheadMs += 30_000;
    app.send(1, 0, WINDOWS * WINDOW_MS);
    await app.until(() => written.length > 0);
    for (const entries of written) assert.ok(entries > 0 && entries < 10, `${entries} entries`);
  });
});
