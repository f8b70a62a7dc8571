import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resumeOnError, SessionWindows, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

describe('a session', () => {
  it('stays as it is if the aggregator throws for a record that would extend it', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .groupByKey()
      .windowedBy(SessionWindows.of({ gap: 5, grace: 100 }))
      .aggregate(
        {
          initializer: () => 0,
          aggregator: (_key, value, count) => {
            if (value === 'bad') throw new Error('bad');
            return count + 1;
          },
          merger: (_key, left, right) => left + right,
        },
        { as: 'sessions' },
      )
      .toStream(({ key, window: { start, end } }) => `${key}@${start}-${end}`)
      .to('out');
    const driver = await TopologyTestDriver.create(builder.build(), { processingExceptionHandler: resumeOnError });
    for (const [value, timestamp] of [
      ['a', 1],
      ['b', 3],
      ['bad', 4],
    ] as const) {
      await driver.pipeInput('in', { key: 'k', value, timestamp });
    }
    const rows = new Map(driver.readOutput('out').map(({ key, value }) => [key, value]));
    assert.deepEqual(
      [...rows].filter(([, value]) => value !== null),
      [['k@1-3', 2]],
    );
    await driver.close();
  });
});
