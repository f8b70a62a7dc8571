import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

describe('the checkpoint of a task', () => {
  it('stays small enough for its topic, whatever topics an extractor chooses: the first are counted by name', async () => {
    const names = Array.from({ length: 6000 }, (_, n) => `${n}-`.padEnd(200, 'x'));
    const builder = new StreamsBuilder();
    const lines = builder.stream<string, string>('in', serdes);
    lines.to((_key, value) => names[Number(value)] ?? 'none', serdes);
    lines.to('all', serdes);
    const driver = await TopologyTestDriver.create(builder.build(), { outputTopics: names });
    try {
      const all = names.map((_, n) => ({ key: null, value: String(n), timestamp: n }));
      driver.produce('in', all, serdes);
      await driver.run();
      await driver.crash();
      await driver.pipeInput('in', [...all.slice(0, 2), ...all.slice(-2)], serdes);
      const out = driver.counts[0]?.out ?? {};
      assert.deepEqual(
        [out.all, out[names[0] ?? ''], out[names[1] ?? ''], out[names[5999] ?? '']],
        [6004, 2, 2, undefined],
      );
      assert.equal(
        Object.values(out).reduce((sum, count) => sum + count, 0),
        2 * 6004,
      );
      assert.equal(driver.readRecords(names[5999] ?? '').length, 2);
    } finally {
      await driver.close();
    }
  });
});
