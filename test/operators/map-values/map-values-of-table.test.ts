import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type KTable, resumeOnError, Serdes, StreamsBuilder, Suppressed } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const strings = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

/** What `declare` makes of updates of one row, one after the other. */
async function updatesOf(
  values: readonly (string | null)[],
  declare: (table: KTable<string, string>) => KTable<string, string>,
): Promise<(string | null)[]> {
  const builder = new StreamsBuilder();
  declare(builder.table('in', { as: 'rows', ...strings }))
    .toStream()
    .to('out', { valueSerde: Serdes.json() });
  const driver = await TopologyTestDriver.create(builder.build(), {
    cacheMaxBytes: 0,
    processingExceptionHandler: resumeOnError,
  });
  try {
    const records = values.map((value, timestamp) => ({ key: 'row', value, timestamp }));
    await driver.pipeInput('in', records, strings);
    return driver.readOutput<string, string>('out').map(({ value }) => value);
  } finally {
    await driver.close();
  }
}

/** Throws for `bad`, and keeps the values that it was called for. */
function mapper(calls: string[]): (value: string) => string {
  return value => {
    calls.push(value);
    if (value === 'bad') throw new Error('the value is bad');
    return value.toUpperCase();
  };
}

describe('mapValues of a table', () => {
  it('is called for new values only, so a value that it can not map holds up none that follow', async () => {
    const calls: string[] = [];
    const updates = await updatesOf(['a', 'bad', 'b', null], table => table.mapValues(mapper(calls)));
    assert.deepEqual(updates, ['A', 'B', null]);
    assert.deepEqual(calls, ['a', 'bad', 'b']);
  });

  it('is called for old values too if a filter after it must know them', async () => {
    const calls: string[] = [];
    const updates = await updatesOf(['a', 'b', 'c', null], table =>
      table.mapValues(mapper(calls)).filter((_key, value) => value === 'B'),
    );
    assert.deepEqual(updates, ['B', null]);
    assert.deepEqual(calls, ['a', 'b', 'a', 'c', 'b', 'c']);
  });

  it('keeps the old values across a suppress', async () => {
    const updates = await updatesOf(['a', 'b', 'c'], table =>
      table
        .mapValues(mapper([]))
        .suppress(Suppressed.untilTimeLimit(0), { name: 'at-once' })
        .filter((_key, value) => value === 'A'),
    );
    assert.deepEqual(updates, ['A', null]);
  });
});
