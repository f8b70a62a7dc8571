import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type KTable, Serdes, StreamsBuilder, Suppressed } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

const strings = { keySerde: Serdes.string(), valueSerde: Serdes.string() };
const versioned = { as: 'rows', historyRetention: 1000, ...strings };

type Strings = KTable<string, string>;

/** What comes out of `declare` for updates of the row `a`, after a record of the topic `names`, if one is given. */
async function updatesOf(
  values: readonly (string | null)[],
  declare: (builder: StreamsBuilder) => KTable<string, unknown>,
  name?: { readonly key: string; readonly value: string },
): Promise<unknown[]> {
  const builder = new StreamsBuilder();
  declare(builder).toStream().to('out', { valueSerde: Serdes.json() });
  const driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes: 0 });
  try {
    const records = values.map((value, timestamp) => ({ key: 'a', value, timestamp }));
    if (name !== undefined) await driver.pipeInput('names', { ...name, timestamp: 0 }, strings);
    await driver.pipeInput('in', records, strings);
    return driver.readOutput('out').map(({ key, value }) => [key, value]);
  } finally {
    await driver.close();
  }
}

const keepB = (table: Strings): Strings => table.filter((_key, value) => value === 'b');

describe('a filter of a table', () => {
  it('takes a row that it rejects out of its group, also if the table is versioned', async () => {
    const updates = await updatesOf(['b', 'c', 'd'], builder =>
      keepB(builder.table<string, string>('in', versioned))
        .groupBy((_key, value) => ({ key: value, value }), strings)
        .count({ as: 'counts' }),
    );
    assert.deepEqual(updates, [
      ['b', 1],
      ['b', 0],
    ]);
  });

  it('sends a tombstone if it rejects the row of a left join of a versioned table', async () => {
    const updates = await updatesOf(['b', 'c'], builder => {
      const left = keepB(builder.table<string, string>('in', versioned));
      const right = builder.table<string, string>('other', { as: 'others', ...strings });
      return left.leftJoin(right, value => value, { as: 'joined', valueSerde: Serdes.string() });
    });
    assert.deepEqual(updates, [
      ['a', 'b'],
      ['a', null],
    ]);
  });

  it('sends a tombstone for each row of a versioned table that it rejects, also with serdes or a store', async () => {
    const { valueSerde } = strings;
    for (const options of [{}, { valueSerde }, { as: 'filtered', ...strings }]) {
      const updates = await updatesOf(['a', 'b', 'c', 'd'], builder =>
        builder.table<string, string>('in', versioned).filter((_key, value) => value === 'b', options),
      );
      assert.deepEqual(updates, [
        ['a', null],
        ['a', 'b'],
        ['a', null],
        ['a', null],
      ]);
    }
  });

  it('takes the result of a row that it rejects out of an inner join by a foreign key', async () => {
    const updates = await updatesOf(
      ['b', 'c'],
      builder =>
        keepB(builder.table<string, string>('in', versioned)).join(
          builder.table<string, string>('names', { as: 'names', ...strings }),
          value => value,
          (value, name) => `${value} ${name}`,
          { as: 'joined', valueSerde: Serdes.string() },
        ),
      { key: 'b', value: 'bee' },
    );
    assert.deepEqual(updates, [
      ['a', 'b bee'],
      ['a', null],
    ]);
  });

  it('sends no tombstone for a row that it has never sent, before or after a suppress', async () => {
    const suppressed = Suppressed.untilTimeLimit(0);
    const declarations: readonly ((table: Strings) => Strings)[] = [
      table => keepB(table.suppress(suppressed, { name: 'at-once' })),
      table => keepB(table).suppress(suppressed, { name: 'at-once' }),
    ];
    for (const declare of declarations) {
      const updates = await updatesOf(['a', 'b', 'c', 'd'], builder => declare(builder.table('in', strings)));
      assert.deepEqual(updates, [
        ['a', 'b'],
        ['a', null],
      ]);
    }
  });
});
