import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { JoinWindows, type KStream, type KTable, Serdes, StreamsBuilder } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

type Texts = KStream<string | null, string>;

describe('records with a null key that are repartitioned', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  /** What comes out of a record with a null key, and how many were dropped. */
  async function outOf(
    declare: (moved: Texts, table: KTable<string, string>, other: Texts) => Texts,
    partitioner?: (topic: string, key: string | null) => number | readonly number[] | undefined,
  ): Promise<{ readonly out: readonly unknown[]; readonly dropped: number }> {
    const builder = new StreamsBuilder();
    const valueSerde = Serdes.string();
    const options = { name: 'moved', valueSerde, ...(partitioner === undefined ? {} : { partitioner }) };
    const source = builder.stream<string | null, string>('in', { valueSerde, dropNullValues: true });
    const moved = source.repartition(options);
    const table = builder.table<string, string>('table', { as: 'table', valueSerde });
    const other = builder.stream<string | null, string>('other', { valueSerde, dropNullValues: true });
    declare(moved, table, other).to('out', { valueSerde });
    driver = await TopologyTestDriver.create(builder.build(), { partitions: 2, cacheMaxBytes: 0 });
    await driver.pipeInput('in', { key: null, value: 'v', timestamp: 0 }, { valueSerde });
    const dropped = driver.counts.reduce((sum, counts) => sum + (counts?.dropped ?? 0), 0);
    return { out: driver.readOutput('out', { valueSerde }).map(({ key, value }) => [key, value]), dropped };
  }

  const pair = (value: string, row: string | null): string => `${value}/${row}`;
  const valueSerde = Serdes.string();
  const serdes = { valueSerde, otherValueSerde: valueSerde };
  const windows = JoinWindows.of({ before: '1s', after: '1s', grace: 0 });

  it('are dropped', async () => {
    assert.deepEqual(await outOf(moved => moved.mapValues(value => value)), { out: [], dropped: 1 });
  });

  it('are dropped before an inner join', async () => {
    assert.deepEqual(await outOf((moved, table) => moved.join(table, pair)), { out: [], dropped: 1 });
  });

  it('have a result in a left join with a table', async () => {
    const joined = await outOf((moved, table) => moved.leftJoin(table, pair));
    assert.deepEqual(joined, { out: [[null, 'v/null']], dropped: 0 });
  });

  it('have a result in a left join that comes after other operators', async () => {
    const joined = await outOf((moved, table, other) =>
      moved
        .peek(() => {})
        .merge(other)
        .leftJoin(table, pair),
    );
    assert.deepEqual(joined, { out: [[null, 'v/null']], dropped: 0 });
  });

  it('have a result in an outer join of streams, on either side', async () => {
    const asLeft = await outOf((moved, _table, other) =>
      moved.outerJoin(other, (l, r) => `${l}/${r}`, windows, { as: 'joined', ...serdes }),
    );
    assert.deepEqual(asLeft, { out: [[null, 'v/null']], dropped: 0 });
    await driver.close();
    const asRight = await outOf((moved, _table, other) =>
      other.outerJoin(moved, (l, r) => `${l}/${r}`, windows, { as: 'joined', ...serdes }),
    );
    assert.deepEqual(asRight, { out: [[null, 'null/v']], dropped: 0 });
  });

  it('go where the partitioner says', async () => {
    const asked: unknown[] = [];
    const join = (moved: Texts, table: KTable<string, string>): Texts => moved.leftJoin(table, pair);
    const twice = await outOf(join, (_topic, key) => {
      asked.push(key);
      return [0, 1];
    });
    assert.deepEqual(
      [twice, asked],
      [
        {
          out: [
            [null, 'v/null'],
            [null, 'v/null'],
          ],
          dropped: 0,
        },
        [null],
      ],
    );
    await driver.close();
    assert.deepEqual(await outOf(join, () => []), { out: [], dropped: 1 });
  });
});

describe('a stream that is merged with itself', () => {
  it('has each record once, as in Java', async () => {
    const builder = new StreamsBuilder();
    const once = builder.stream<string, number>('in');
    once.merge(builder.stream<string, number>('in')).to('out');
    const driver = await TopologyTestDriver.create(builder.build());
    await driver.pipeInput('in', { key: 'k', value: 1, timestamp: 0 });
    assert.equal(driver.readOutput('out').length, 1);
    await driver.close();
  });
});
