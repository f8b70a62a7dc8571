import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, Suppressed, UnlimitedWindows, type Windowed } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const strings = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

describe('unlimited windows', () => {
  for (const cacheMaxBytes of [0, 1_000_000]) {
    it(`aggregate all records from their start on, none of which is late (cache of ${cacheMaxBytes} bytes)`, async () => {
      const builder = new StreamsBuilder();
      builder
        .stream('in', strings)
        .groupBy((_key, value) => value)
        .windowedBy(UnlimitedWindows.of({ startOn: 100 }))
        .count({ as: 'counts' })
        .toStream()
        .to('out', { keySerde: Serdes.timeWindowed(Serdes.string(), Number.POSITIVE_INFINITY) });
      const driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, cacheMaxBytes });
      const timestamps = [99, 100, 10_000_000, 101];
      const records = timestamps.map(timestamp => ({ key: 'k', value: 'v', timestamp }));
      await driver.pipeInput('in', records.slice(0, 3), strings);
      await driver.crash();
      await driver.pipeInput('in', records.slice(3), strings);
      const serde = { keySerde: Serdes.timeWindowed(Serdes.string(), Number.POSITIVE_INFINITY) };
      const last = driver.readOutput<Windowed<string>, number>('out', serde).at(-1);
      await driver.close();
      const window = { start: 100, end: Number.POSITIVE_INFINITY };
      assert.deepEqual(last, { key: { key: 'v', window }, value: 3, timestamp: 10_000_000, headers: [] });
    });
  }

  it('start at 0 unless they are given a start, which is a whole number of milliseconds', () => {
    assert.equal(UnlimitedWindows.of().startMs, 0);
    for (const startOn of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => UnlimitedWindows.of({ startOn }), {
        name: 'TypeError',
        message: /^startOn of UnlimitedWindows: /,
      });
    }
  });

  it('can not be waited for', () => {
    const windowed = () => new StreamsBuilder().stream('in', strings).groupByKey().windowedBy(UnlimitedWindows.of());
    const refused = { name: 'TopologyError', message: /: the windows never close$/ };
    assert.throws(() => windowed().emitStrategy('onWindowClose'), refused);
    assert.throws(() => windowed().distinct({ as: 'seen' }), refused);
    const table = windowed().count({ as: 'counts' });
    assert.throws(() => table.suppress(Suppressed.untilWindowCloses(), { name: 'final' }), refused);
  });
});
