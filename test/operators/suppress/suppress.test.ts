import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Serdes, StreamsBuilder, Suppressed } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const LIMIT_MS = 50;
const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

interface Update {
  readonly key: string;
  readonly value: string;
  readonly timestamp: number;
}

async function open(maxRecords: number | undefined): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  builder
    .stream<string, string>('in', serdes)
    .toTable({ as: 'table', caching: false, ...serdes })
    .suppress(Suppressed.untilTimeLimit(LIMIT_MS, maxRecords === undefined ? {} : { maxRecords }), { name: 'buffer' })
    .toStream()
    .to('out', serdes);
  return await TopologyTestDriver.create(builder.build());
}

/** What leaves a buffer: by the time of a key's first update in it, then by the key; the last update of each. */
function expected(updates: readonly Update[], maxRecords = Number.POSITIVE_INFINITY): Update[] {
  const buffer = new Map<string, { readonly since: number; readonly update: Update }>();
  const out: Update[] = [];
  let streamTime = -1;
  for (const update of updates) {
    streamTime = Math.max(streamTime, update.timestamp);
    buffer.set(update.key, { since: buffer.get(update.key)?.since ?? update.timestamp, update });
    const inOrder = [...buffer.values()].sort((a, b) => a.since - b.since || (a.update.key < b.update.key ? -1 : 1));
    for (const { since, update: due } of inOrder) {
      if (since > streamTime - LIMIT_MS && buffer.size <= maxRecords) break;
      buffer.delete(due.key);
      out.push(due);
    }
  }
  return out;
}

const updates = fc.array(
  fc.record(
    {
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'é'),
      value: fc.string({ maxLength: 3 }),
      timestamp: fc.nat(300),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 40 },
);

describe('suppress until a time limit', () => {
  it('lets updates go in the order of time, then key, when they are due or the buffer is full, through crashes', async () => {
    const max = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(updates, max, fc.nat(40), async (all, maxRecords, crash) => {
        const driver = await open(maxRecords);
        try {
          driver.produce('in', all.slice(0, crash), serdes);
          await driver.run();
          await driver.crash();
          driver.produce('in', all.slice(crash), serdes);
          await driver.run();
          const out = driver.readOutput('out', serdes).map(({ key, value, timestamp }) => ({ key, value, timestamp }));
          assert.deepEqual(out, expected(all, maxRecords));
        } finally {
          await driver.close();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not go through a full buffer for each record', async () => {
    const maxRecords = 20_000;
    const driver = await open(maxRecords);
    try {
      // All at one time: none is due, and each one more than there is room for sends the least key on.
      const all = Array.from({ length: 60_000 }, (_, n) => ({
        key: String(n).padStart(5, '0'),
        value: '',
        timestamp: 0,
      }));
      driver.produce('in', all, serdes);
      await driver.run();
      const out = driver.readOutput('out', serdes).map(({ key }) => key);
      assert.deepEqual(
        out,
        all.slice(0, out.length).map(({ key }) => key),
      );
      assert.equal(out.length, all.length - maxRecords);
    } finally {
      await driver.close();
    }
  });
});

describe('a filter before suppress', () => {
  const isLong = (_key: string, value: string): boolean => value.length > 1;

  /** What comes out of the filter and the buffer after it, for a row that never passes and one that no longer does. */
  async function outputs(builder: StreamsBuilder): Promise<readonly (readonly [unknown, unknown])[]> {
    const driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes: 0 });
    for (const [timestamp, [key, value]] of [
      ['never', 'x'],
      ['once', 'xx'],
      ['once', 'x'],
      ['last', 'xx'],
    ].entries()) {
      await driver.pipeInput('in', { key, value, timestamp: timestamp * LIMIT_MS });
    }
    const out = driver.readOutput('out').map(({ key, value }) => [key, value] as const);
    await driver.close();
    return out;
  }

  it('sends no tombstone for a row that was absent and still is', async () => {
    for (const [tableOptions, filterOptions] of [
      [{ as: 'rows' }, {}],
      [{}, {}],
      [{}, { as: 'long' }],
    ]) {
      const builder = new StreamsBuilder();
      builder
        .table<string, string>('in', tableOptions)
        .filter(isLong, filterOptions)
        .suppress(Suppressed.untilTimeLimit(LIMIT_MS), { name: 'buffer' })
        .toStream()
        .to('out');
      assert.deepEqual(await outputs(builder), [['once', null]]);
    }
  });

  it('needs no store of a table that has no name that lasts', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream<string, string>('in', { dropNullKeys: true, dropNullValues: true })
      .toTable()
      .suppress(Suppressed.untilTimeLimit(LIMIT_MS), { name: 'buffer' })
      .toStream()
      .to('out');
    assert.deepEqual((await outputs(builder)).slice(0, 2), [
      ['never', 'x'],
      ['once', 'x'],
    ]);
  });
});

describe('suppress of a versioned table', () => {
  const suppressed = Suppressed.untilTimeLimit(LIMIT_MS);

  it('is refused', () => {
    const table = new StreamsBuilder().table('in', { as: 'table', historyRetention: 100, ...serdes });
    const mapped = table.mapValues(value => value);
    assert.throws(() => table.suppress(suppressed, { name: 'buffer' }), /suppress buffer: the table is versioned/);
    assert.throws(() => mapped.suppress(suppressed, { name: 'buffer' }), /suppress buffer: the table is versioned/);
  });

  it('holds back the updates of a store that a filter makes of it', () => {
    const builder = new StreamsBuilder();
    const table = builder.table<string, string>('in', { as: 'table', historyRetention: 100, ...serdes });
    table.filter(() => true, { as: 'filtered' }).suppress(suppressed, { name: 'buffer' });
    builder.build();
  });
});
