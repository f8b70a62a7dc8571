import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type KStream,
  type Serde,
  Serdes,
  type StreamConsumed,
  StreamsBuilder,
  TimeWindows,
  type Topology,
} from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';

type Raw = readonly [key: string | null, value: string | null];

/** Text whose empty form is null. */
const optionalText: Serde<string | null> = {
  serialize: text => Buffer.from(text ?? ''),
  deserialize: bytes => (bytes.length === 0 ? null : bytes.toString()),
};

/** Keys and values that are null in each way that there is, and some that only look like it. */
const KEYS: readonly (string | null)[] = [null, '', 'k'];
const VALUES: readonly (string | null)[] = [null, 'null', '0', 'false', '""', '{}'];
const RECORDS: readonly Raw[] = KEYS.flatMap(key => VALUES.map((value): Raw => [key, value]));

function hasKey([key]: Raw): boolean {
  return key !== null && key !== '';
}

function hasValue([, value]: Raw): boolean {
  return value !== null && value !== 'null';
}

describe('records with null', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function pipe(topology: Topology, records: readonly Raw[], cacheMaxBytes = 0): Promise<void> {
    driver = await TopologyTestDriver.create(topology, { cacheMaxBytes });
    await driver.pipeInput(
      'in',
      records.map(([key, value], timestamp) => ({ key, value, timestamp })),
      { valueSerde: Serdes.string() },
    );
  }

  const dropped = (): number | undefined => driver.counts[0]?.dropped;

  const kept: Record<string, readonly [StreamConsumed<string | null, unknown>, (record: Raw) => boolean]> = {
    'all, without an option': [{}, () => true],
    'all, where the options are false': [{ dropNullKeys: false, dropNullValues: false }, () => true],
    'those with a key': [{ dropNullKeys: true }, hasKey],
    'those with a value': [{ dropNullValues: true }, hasValue],
    'those with both': [{ dropNullKeys: true, dropNullValues: true }, record => hasKey(record) && hasValue(record)],
  };

  for (const [which, [options, isKept]] of Object.entries(kept)) {
    it(`a source hands on ${which}; the others are counted as dropped, each once`, async () => {
      const seen: unknown[] = [];
      const builder = new StreamsBuilder();
      const consumed = { keySerde: optionalText, ...options };
      builder.stream<string | null, unknown>('in', consumed).foreach((key, value) => void seen.push([key, value]));
      await pipe(builder.build(), RECORDS);

      const parsed = ([key, value]: Raw): unknown => [key || null, value && JSON.parse(value)];
      assert.deepEqual(seen, RECORDS.filter(isKept).map(parsed));
      assert.equal(dropped(), RECORDS.filter(record => !isKept(record)).length);
      assert.deepEqual(driver.counts[0]?.in, { in: RECORDS.length });
    });
  }

  it('that a filter drops are not counted', async () => {
    const seen: unknown[] = [];
    const builder = new StreamsBuilder();
    builder
      .stream('in', { keySerde: optionalText })
      .filter((_key, value) => value !== null)
      .filterNot(key => key === null)
      .foreach((key, value) => void seen.push([key, value]));
    await pipe(builder.build(), RECORDS);
    assert.equal(seen.length, RECORDS.filter(record => hasKey(record) && hasValue(record)).length);
    assert.equal(dropped(), 0);
  });

  for (const [what, closeOnIdle] of [
    ['do not advance the time of an operator', false],
    ['advance the time of the task', true],
  ] as const) {
    it(`that are dropped at the source ${what}`, async () => {
      const builder = new StreamsBuilder();
      builder
        .stream<string, string>('in', { dropNullValues: true })
        .groupByKey()
        .windowedBy(TimeWindows.of({ size: 10, grace: 0, closeOnIdle }))
        .emitStrategy('onWindowClose')
        .count({ as: 'counts' })
        .toStream(({ key }) => key)
        .to('out', { valueSerde: Serdes.json() });
      driver = await TopologyTestDriver.create(builder.build());
      await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 5 });
      await driver.pipeInput('in', { key: 'k', value: null, timestamp: 20 });
      assert.equal(driver.readOutput('out').length, closeOnIdle ? 1 : 0);
      await driver.pipeInput('in', { key: 'k', value: 'v', timestamp: 6 });
      assert.deepEqual([driver.counts[0]?.dropped, driver.counts[0]?.late], [1, closeOnIdle ? 1 : 0]);
    });
  }

  it('shift no generated names where no option drops them', () => {
    const names = (options: StreamConsumed<string, string>): string[] => {
      const builder = new StreamsBuilder();
      builder.stream<string, string>('in', options).to('out');
      return builder.build().nodes.map(({ name }) => name);
    };
    const plain = ['KSTREAM-SOURCE-0000000000', 'KSTREAM-SINK-0000000001'];
    assert.deepEqual(names({}), plain);
    assert.deepEqual(names({ dropNullKeys: false, dropNullValues: false }), plain);
    assert.deepEqual(names({ dropNullKeys: true }), [
      'KSTREAM-SOURCE-0000000000',
      'KSTREAM-FILTER-0000000001',
      'KSTREAM-SINK-0000000002',
    ]);
    assert.deepEqual(names({ dropNullValues: true, name: 'users' }), [
      'users',
      'users-drop-null',
      'KSTREAM-SINK-0000000002',
    ]);
  });

  /** What of a record an operator's functions have in their types. */
  type Takes = 'all' | 'keys' | 'keys and values';

  type Source = KStream<string | null, unknown>;
  type Note = (key: unknown, value: unknown) => void;

  const windows = TimeWindows.of({ size: 1000, grace: 0 });
  const operators: Record<string, readonly [Takes, (source: Source, note: Note) => void]> = {
    filter: [
      'all',
      (source, note) =>
        source.filter((key, value) => {
          note(key, value);
          return true;
        }),
    ],
    groupBy: [
      'all',
      (source, note) =>
        source
          .groupBy((key, value) => {
            note(key, value);
            return key;
          })
          .count({ as: 'rows' }),
    ],
    repartition: ['keys', (source, note) => source.repartition({ name: 'moved' }).foreach(note)],
    'reduce of a group': [
      'keys and values',
      (source, note) =>
        source.groupByKey().reduce(
          (before, value) => {
            note('k', before);
            note('k', value);
            return value;
          },
          { as: 'rows', associative: true },
        ),
    ],
    'aggregate of a group': [
      'keys and values',
      (source, note) =>
        source.groupByKey().aggregate(
          {
            initializer: () => 0,
            aggregator: (key, value) => {
              note(key, value);
              return 0;
            },
          },
          { as: 'rows' },
        ),
    ],
    'aggregate of windows': [
      'keys',
      (source, note) =>
        source
          .groupByKey()
          .windowedBy(windows)
          .aggregate(
            {
              initializer: () => 0,
              aggregator: (key, value) => {
                note(key, value);
                return 0;
              },
            },
            { as: 'rows' },
          ),
    ],
    countDistinct: [
      'keys',
      (source, note) =>
        source
          .groupByKey()
          .windowedBy(windows)
          .countDistinct(
            (key, value) => {
              note(key, value);
              return JSON.stringify(value);
            },
            { as: 'rows' },
          ),
    ],
    'filter of a table': [
      'keys and values',
      (source, note) =>
        source.toTable({ as: 'rows' }).filter((key, value) => {
          note(key, value);
          return true;
        }),
    ],
  };

  const runs = Object.entries(operators).flatMap(([operator, declared]) =>
    [0, 100_000].map(
      cacheMaxBytes => [`${operator}${cacheMaxBytes === 0 ? '' : ', cached,'}`, cacheMaxBytes, ...declared] as const,
    ),
  );

  for (const [operator, cacheMaxBytes, takes, declare] of runs) {
    it(`reach the functions of ${operator} as its types say: ${takes}`, async () => {
      const seen = new Set<string>();
      const builder = new StreamsBuilder();
      declare(builder.stream('in', { keySerde: Serdes.string() }), (key, value) => {
        seen.add(JSON.stringify([key, value]));
      });
      const records = RECORDS.filter(([key]) => key !== '');
      await pipe(builder.build(), records, cacheMaxBytes);

      const isTaken = (record: Raw): boolean =>
        takes === 'all' || (hasKey(record) && (takes === 'keys' || hasValue(record)));
      const parsed = ([key, value]: Raw): string => JSON.stringify([key, value && JSON.parse(value)]);
      assert.deepEqual([...seen].sort(), [...new Set(records.filter(isTaken).map(parsed))].sort());
      if (takes === 'keys') assert.equal(dropped(), records.filter(record => !hasKey(record)).length);
    });
  }
});
