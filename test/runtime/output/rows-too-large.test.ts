import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type ErrorContext,
  type ErrorHandler,
  type KStream,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';

/** Each fits into a record; two of them in one row do not. */
const HALF = 'x'.repeat(600_000);
const WINDOWS = TimeWindows.of({ size: '10s', grace: '0s' });
const serdes = { keySerde: Serdes.string(), valueSerde: Serdes.string() };

interface Kind {
  readonly name: string;
  /** Declares what keeps rows in the store `rows`, and writes to `out`. */
  readonly declare: (lines: KStream<string, string>) => void;
  /** Node that refuses the row. */
  readonly node: string;
  /** Values of one key, at the timestamps 0, 1, ... */
  readonly values: readonly string[];
  /** What comes out, by length. */
  readonly out: readonly number[];
  /** Lengths of the values in `rows`. */
  readonly rows: readonly number[];
}

const concatenate = (left: string, right: string): string => left + right;

/** Without caching each record writes its row by itself. */
const kinds: readonly Kind[] = [
  {
    name: 'an aggregate',
    declare: lines =>
      lines
        .groupByKey()
        .reduce(concatenate, { as: 'rows', caching: false, ...serdes })
        .toStream()
        .to('out', serdes),
    node: 'rows',
    values: [HALF, HALF, 'a'],
    out: [600_000, 600_001],
    rows: [600_001],
  },
  {
    name: 'an aggregate that is cached until the commit',
    declare: lines =>
      lines
        .groupByKey()
        .reduce(concatenate, { as: 'rows', ...serdes })
        .toStream()
        .to('out', serdes),
    node: 'rows',
    values: [HALF, HALF, 'a'],
    out: [600_001],
    rows: [600_001],
  },
  {
    name: 'a windowed aggregate',
    declare: lines =>
      lines
        .groupByKey()
        .windowedBy(WINDOWS)
        .reduce(concatenate, { as: 'rows', caching: false, ...serdes })
        .toStream(({ key }) => key)
        .to('out', serdes),
    node: 'rows',
    values: [HALF, HALF, 'a'],
    out: [600_000, 600_001],
    rows: [600_001],
  },
  {
    name: 'a windowed aggregate that leaves when its window closes',
    declare: lines =>
      lines
        .groupByKey()
        .windowedBy(WINDOWS)
        .emitStrategy('onWindowClose')
        .reduce(concatenate, { as: 'rows', caching: false, ...serdes })
        .toStream(({ key }) => key)
        .to('out', serdes),
    node: 'rows',
    values: [HALF, HALF, 'a'],
    out: [],
    rows: [600_001],
  },
  {
    name: 'a stream read as a table',
    declare: lines =>
      lines
        .mapValues(value => (value === 'large' ? HALF + HALF : value))
        .toTable({ as: 'rows', caching: false, ...serdes })
        .toStream()
        .to('out', serdes),
    node: 'rows',
    values: ['a', 'large', 'bc'],
    out: [1, 2],
    rows: [2],
  },
];

describe('a row that is larger than a record may be', () => {
  let driver: TopologyTestDriver;
  const refused: ErrorContext[] = [];
  const reasons: string[] = [];
  const productionExceptionHandler: ErrorHandler = (error, context) => {
    refused.push(context);
    reasons.push(error.message);
    return 'resume';
  };

  afterEach(async () => {
    await driver.close();
    refused.length = 0;
    reasons.length = 0;
  });

  const start = async (declare: (lines: KStream<string, string>) => void): Promise<void> => {
    const builder = new StreamsBuilder();
    declare(builder.stream<string, string>('in', { ...serdes, dropNullKeys: true, dropNullValues: true }));
    driver = await TopologyTestDriver.create(builder.build(), {
      deadLetterTopic: 'dead',
      outputTopics: ['out'],
      productionExceptionHandler,
    });
  };

  /** All before one commit. */
  const pipe = async (values: readonly string[], key = 'k', from = 0): Promise<void> => {
    driver.produce(
      'in',
      values.map((value, n) => ({ key, value, timestamp: from + n })),
      serdes,
    );
    await driver.run();
  };
  const lengths = (): number[] => driver.readRecords('out').map(({ value }) => value?.length ?? -1);
  const rows = async (): Promise<unknown[]> =>
    (await driver.storeEntries('rows')).map(({ value }) => String(value).length);

  for (const kind of kinds) {
    it(`is refused by ${kind.name}: the row stays, the record goes to the production handler, and the stream goes on`, async () => {
      await start(kind.declare);
      await pipe(kind.values);
      assert.deepEqual(lengths(), kind.out);
      assert.deepEqual(await rows(), kind.rows);
      assert.deepEqual(
        refused.map(({ phase, record }) => [phase, record?.offset]),
        [['production', 1]],
      );
      assert.match(reasons[0] ?? '', /^entry of the store rows has 12\d+ bytes, more than 1048000$/);
      assert.deepEqual(
        driver.readRecords('dead').map(({ value }) => value?.toString()),
        [kind.values[1]],
      );
      await driver.crash();
      assert.deepEqual(await rows(), kind.rows);
      await pipe(['z'], 'l', 5);
      assert.equal((await rows()).length, 2);
    });
  }

  it('is refused by distinct', async () => {
    await start(lines =>
      lines
        .groupBy((_key, value) => (value === 'large' ? HALF + HALF : value), serdes)
        .windowedBy(WINDOWS)
        .distinct({ as: 'rows' })
        .selectKey(() => 'k')
        .to('out', serdes),
    );
    await pipe(['a', 'large', 'a', HALF, HALF, 'bc']);
    assert.deepEqual(lengths(), [1, 600_000, 2]);
    assert.deepEqual(
      refused.map(({ phase, record }) => [phase, record?.offset]),
      [['production', 1]],
    );
    await driver.crash();
    await pipe(['a', HALF, 'bc', 'def'], 'k', 5);
    assert.deepEqual(lengths(), [3]);
  });

  it('is refused by distinct where the key alone still fits, and its place in a block of the changelog does not', async () => {
    // A window start of 8 bytes comes before the key.
    await start(lines =>
      lines
        .groupBy((_key, value) => 'x'.repeat(Number(value) - 8), serdes)
        .windowedBy(WINDOWS)
        .distinct({ as: 'rows' })
        .selectKey(() => 'k')
        .to('out', serdes),
    );
    await pipe(['499999', '1047995', '1047996', '1047997', '499998']);
    const sizes = driver.readRecords('out').map(({ value }) => value?.toString());
    assert.deepEqual(sizes, ['499999', '1047995', '499998']);
    assert.deepEqual(
      refused.map(({ phase, record }) => [phase, record?.offset]),
      [
        ['production', 2],
        ['production', 3],
      ],
    );
  });

  it('is refused by a suppress buffer, which emits the update that it had', async () => {
    await start(lines =>
      lines
        .mapValues(value => (value === 'large' ? HALF + HALF : value))
        .toTable({ as: 'table', logging: false, caching: false, ...serdes })
        .suppress(Suppressed.untilTimeLimit('1s'), { name: 'rows' })
        .toStream()
        .to('out', serdes),
    );
    await pipe(['a', 'large']);
    assert.deepEqual(
      refused.map(({ phase, node, record }) => [phase, node, record?.offset]),
      [['production', 'rows', 1]],
    );
    await driver.crash();
    await pipe(['b'], 'l', 2000);
    assert.deepEqual(lengths(), [1]);
  });

  it('is kept where the store has no changelog', async () => {
    await start(lines =>
      lines
        .groupByKey()
        .reduce(concatenate, { as: 'rows', logging: false, caching: false, ...serdes })
        .mapValues(value => value.slice(0, 10))
        .toStream()
        .to('out', serdes),
    );
    await pipe([HALF, HALF]);
    assert.deepEqual(await rows(), [1_200_000]);
    assert.deepEqual(refused, []);
  });
});
