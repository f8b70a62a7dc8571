import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { TestApplication } from '../../runtime/test-application.js';

describe('distinct', () => {
  it('is refused on hopping windows at its declaration', () => {
    const windows = TimeWindows.of({ size: 10, grace: 0, advanceBy: 5 });
    const grouped = new StreamsBuilder().stream('in').groupByKey();
    assert.throws(
      () => grouped.windowedBy(windows).distinct({ as: 'seen' }),
      /distinct seen: the windows must be tumbling/,
    );
  });

  it('has the rows of a window until it closes, and no longer', async () => {
    const builder = new StreamsBuilder();
    const windows = TimeWindows.of({ size: 10, grace: 5 });
    builder.stream('in').groupByKey().windowedBy(windows).distinct({ as: 'seen' });
    const app = new TestApplication();
    app.cluster.createTopic('in', 1);
    try {
      const streams = app.create({}, {}, builder.build());
      streams.start();
      const startsAfter = async (...timestamps: readonly number[]): Promise<number[]> => {
        for (const timestamp of timestamps) app.send(1, 0, timestamp);
        const sent = app.cluster.log('in', 0).committed.length;
        await app.untilCommitted(sent);
        const starts: number[] = [];
        for await (const { window } of streams.store('seen', 'window').fetch('key', 0, 100)) starts.push(window.start);
        return starts;
      };
      assert.deepEqual(await startsAfter(0, 14), [0, 10]);
      assert.deepEqual(await startsAfter(15), [10]);
    } finally {
      await app.close();
    }
  });
});
