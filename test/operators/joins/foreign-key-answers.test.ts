import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { type KTable, type Serde, Serdes, StreamsBuilder } from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

interface Left {
  readonly ref: string | null;
  readonly n: number;
}

describe('a foreign-key join whose left row changes before the answer to it has come', () => {
  let driver: TopologyTestDriver | undefined;

  afterEach(async () => {
    await driver?.close();
    driver = undefined;
  });

  /** The rows of the join after all updates of the left row `a`, which are read together. Only `x` has a right row. */
  async function rowsAfter(joinType: 'join' | 'leftJoin', ...updates: readonly (Left | null)[]): Promise<unknown[]> {
    const builder = new StreamsBuilder();
    const left = builder.table<string, Left>('left', { as: 'left' });
    const right = builder.table<string, string>('right', { as: 'right' });
    const ref = (row: Left): string | null => row.ref;
    const joiner = ({ n }: Left, value: string | null): string => `${n}/${value}`;
    const joined =
      joinType === 'join'
        ? left.join(right, ref, joiner, { as: 'joined' })
        : left.leftJoin(right, ref, joiner, { as: 'joined' });
    joined.toStream().to('out');
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 3, autoCommit: false, cacheMaxBytes: 0 });
    driver.produce('right', { key: 'x', value: 'X', timestamp: 0 });
    driver.produce('left', { key: 'a', value: { ref: 'x', n: 0 }, timestamp: 0 });
    await settle(driver);
    assert.deepEqual(await rows(), ['0/X']);
    for (const [index, value] of updates.entries()) driver.produce('left', { key: 'a', value, timestamp: index + 1 });
    await settle(driver);
    return await rows();
  }

  /** Registrations and their answers cross from task to task. */
  async function settle(running: TopologyTestDriver): Promise<void> {
    for (let round = 0; round < 8; round++) {
      await running.run();
      await running.commit();
    }
  }

  const rows = async (): Promise<unknown[]> => (await driver?.storeEntries('joined'))?.map(({ value }) => value) ?? [];

  it('has no result of a row that has moved to nothing, and changed there', async () => {
    assert.deepEqual(await rowsAfter('join', { ref: 'y', n: 1 }, { ref: 'y', n: 2 }), []);
  });

  it('has no result of a row that was deleted, and came again for nothing', async () => {
    assert.deepEqual(await rowsAfter('join', null, { ref: 'y', n: 1 }), []);
  });

  it('has no result of a row that refers to nothing, and changed or was deleted', async () => {
    assert.deepEqual(await rowsAfter('join', { ref: null, n: 1 }, { ref: null, n: 2 }), []);
    await driver?.close();
    assert.deepEqual(await rowsAfter('join', { ref: null, n: 1 }, null), []);
  });

  it('has the result of a row that came back, whichever answer comes first', async () => {
    assert.deepEqual(await rowsAfter('join', { ref: 'y', n: 1 }, { ref: 'x', n: 2 }), ['2/X']);
    await driver?.close();
    assert.deepEqual(await rowsAfter('join', null, { ref: 'x', n: 1 }), ['1/X']);
  });

  it('sends one tombstone for a row of a table that is joined with itself, and is deleted or refers to nothing', async () => {
    for (const last of [null, { ref: null, n: 1 }]) {
      const builder = new StreamsBuilder();
      const table = builder.table<string, Left>('left', { as: 'left' });
      table
        .join(
          table,
          ({ ref }) => ref,
          (row, other) => `${row.n}/${other.n}`,
          { as: 'joined' },
        )
        .toStream()
        .to('out');
      driver = await TopologyTestDriver.create(builder.build(), { cacheMaxBytes: 0 });
      await driver.pipeInput('left', { key: 'a', value: { ref: 'a', n: 0 }, timestamp: 0 });
      await driver.pipeInput('left', { key: 'a', value: last, timestamp: 1 });
      assert.deepEqual(
        driver.readOutput('out').map(({ value }) => value),
        ['0/0', null],
      );
      await driver.close();
    }
  });

  it('has the last result in a left join', async () => {
    assert.deepEqual(await rowsAfter('leftJoin', { ref: 'y', n: 1 }, { ref: 'y', n: 2 }), ['2/null']);
    await driver?.close();
    assert.deepEqual(await rowsAfter('leftJoin', null, { ref: 'y', n: 1 }), ['1/null']);
  });

  /** Joins after a row has moved to nothing. Everything must come to rest. */
  async function joinMoved(
    serde: Serde<Left>,
    tableOf: (left: KTable<string, Left>) => KTable<string, Left>,
    calls: () => number,
  ): Promise<void> {
    const builder = new StreamsBuilder();
    const left = tableOf(builder.table<string, Left>('left', { as: 'left', valueSerde: serde }));
    const right = builder.table<string, string>('right', { as: 'right' });
    const ref = (row: Left): string | null => row.ref;
    left
      .join(right, ref, ({ n }, value) => `${n}/${value}`, { as: 'joined', valueSerde: Serdes.string() })
      .toStream()
      .to('out');
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 3, autoCommit: false, cacheMaxBytes: 0 });
    const rows = [
      { ref: 'x', n: 0 },
      { ref: 'y', n: 1 },
    ];
    for (const row of rows) driver.produce('left', { key: 'a', value: row, timestamp: 0 }, { valueSerde: serde });
    await settle(driver);
    const before = calls();
    await settle(driver);
    assert.equal(calls(), before);
  }

  it('asks no more for the answer where a serde gives other bytes each time', async () => {
    let calls = 0;
    const salted: Serde<Left> = {
      serialize: row => Buffer.from(JSON.stringify([calls++, row])),
      deserialize: bytes => (JSON.parse(String(bytes)) as [number, Left])[1],
    };
    await joinMoved(
      salted,
      left => left,
      () => calls,
    );
  });

  it('asks no more for the answer where the left row is another one at each look-up', async () => {
    let calls = 0;
    await joinMoved(
      Serdes.json<Left>(),
      left => left.mapValues(({ ref }) => ({ ref, n: calls++ })),
      () => calls,
    );
  });
});
