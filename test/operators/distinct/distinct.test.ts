import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StreamsBuilder, TimeWindows } from '../../../streams/index.js';

describe('distinct', () => {
  it('is refused on hopping windows at its declaration', () => {
    const windows = TimeWindows.of({ size: 10, grace: 0, advanceBy: 5 });
    const grouped = new StreamsBuilder().stream('in').groupByKey();
    assert.throws(
      () => grouped.windowedBy(windows).distinct({ as: 'seen' }),
      /distinct seen: the windows must be tumbling/,
    );
  });
});
