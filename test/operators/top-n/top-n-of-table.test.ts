import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import {
  type KGroupedTable,
  resumeOnError,
  type Scored,
  StreamsBuilder,
  type StreamsOptions,
  type Topology,
} from '../../../streams/index.js';
import { TopologyTestDriver } from '../../../streams/testing/index.js';
import { TestApplication } from '../../runtime/test-application.js';

interface Product {
  readonly id: string;
  readonly category: string | null;
  readonly sold: number;
}

const score = (_category: string, { sold }: Product): number => sold;

function topologyOf(declare: (categories: KGroupedTable<string, Product>) => unknown): Topology {
  const builder = new StreamsBuilder();
  const products = builder.table<string, Product>('products', { as: 'products' });
  declare(products.groupBy((_id, product) => ({ key: product.category, value: product })));
  return builder.build();
}

/** The lists are sent to the topic `out`. */
function topTwo(): Topology {
  return topologyOf(categories => categories.topN(2, score, { as: 'top' }).toStream().to('out'));
}

const sold = (list: unknown): number[] | null =>
  (list as readonly Scored<Product>[] | null)?.map(({ score }) => score) ?? null;

describe('topN of a grouped table', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close().catch(() => {}));

  async function start(topology: Topology, options: Partial<StreamsOptions> = {}): Promise<void> {
    driver = await TopologyTestDriver.create(topology, { autoCommit: false, ...options });
  }

  /** One transaction. */
  async function commit(...rows: readonly (readonly [id: string, category: string | null, sold: number | null])[]) {
    for (const [key, category, sold] of rows) {
      const value = sold === null ? null : { id: key, category, sold };
      driver.produce('products', { key, value, timestamp: 10 });
    }
    await driver.run();
    await driver.commit();
  }

  const sent = (): unknown[] => driver.readOutput('out').map(({ key, value }) => [key, sold(value)]);

  it('is the list of the rows with the highest scores, once a commit', async () => {
    await start(topTwo());
    await commit(['a', 'x', 3], ['b', 'x', 5], ['c', 'y', 1], ['d', 'x', 4]);
    assert.deepEqual(sent(), [
      ['x', [5, 4]],
      ['y', [1]],
    ]);
  });

  it('has the next row when one leaves the list: its score sinks, it goes to another group, it is deleted', async () => {
    await start(topTwo());
    await commit(['a', 'x', 3], ['b', 'x', 5], ['c', 'x', 1], ['d', 'x', 4]);
    assert.deepEqual(sent(), [['x', [5, 4]]]);
    await commit(['b', 'x', 2]);
    assert.deepEqual(sent(), [['x', [4, 3]]]);
    await commit(['d', 'y', 9]);
    assert.deepEqual(sent(), [
      ['x', [3, 2]],
      ['y', [9]],
    ]);
    await commit(['a', 'x', null]);
    assert.deepEqual(sent(), [['x', [2, 1]]]);
    await commit(['d', null, 9]);
    assert.deepEqual(sent(), [['y', null]]);
  });

  it('sends nothing while a list stays as it is', async () => {
    await start(topTwo());
    await commit(['a', 'x', 3], ['b', 'x', 5], ['c', 'x', 1]);
    sent();
    await commit(['c', 'x', 2], ['d', 'x', 0], ['e', 'y', 1], ['e', 'y', null]);
    assert.deepEqual(sent(), []);
  });

  it('shows values, scores and timestamps, in the order of the keys where scores are equal', async () => {
    await start(topTwo());
    await commit(['b', 'x', 0], ['c', 'x', -0], ['a', 'x', -0]);
    assert.deepEqual(
      (await driver.storeEntries('top')).map(({ key, value }) => [key, value]),
      [
        [
          'x',
          [
            { value: { id: 'a', category: 'x', sold: 0 }, score: 0, timestamp: 10 },
            { value: { id: 'b', category: 'x', sold: 0 }, score: 0, timestamp: 10 },
          ],
        ],
      ],
    );
    await commit(['c', 'x', 1]);
    assert.deepEqual(sent().at(-1), ['x', [1, 0]]);
  });

  it('is sent with old values, which a group of it subtracts', async () => {
    const topology = topologyOf(categories =>
      categories
        .topN(2, score, { as: 'top' })
        .groupBy((_category, list) => ({ key: 'all', value: list.reduce((sum, { score }) => sum + score, 0) }))
        .aggregate(
          {
            initializer: () => 0,
            adder: (_all, sum, total) => total + sum,
            subtractor: (_all, sum, total) => total - sum,
          },
          { as: 'total' },
        ),
    );
    await start(topology);
    await commit(['a', 'x', 3], ['b', 'x', 5], ['c', 'x', 1], ['d', 'y', 7]);
    await commit(['b', 'x', 2]);
    const [total] = await driver.storeEntries('total');
    assert.equal(total?.value, 3 + 2 + 7);
  });

  it('gives a row without a finite score to the handler, and keeps the row as it was', async () => {
    const errors: string[] = [];
    await start(topTwo(), {
      processingExceptionHandler: (error, context) => {
        errors.push(error.message);
        return resumeOnError(error, context);
      },
    });
    await commit(['a', 'x', 3], ['b', 'x', 5]);
    await commit(['a', 'x', '7' as never]);
    assert.deepEqual(errors, ['the score function of topN top returned string: a score is a finite number']);
    assert.deepEqual(sent(), [['x', [5, 3]]]);
    await commit(['a', 'x', 4]);
    assert.deepEqual(sent(), [['x', [5, 4]]]);
    await commit(['a', 'x', null]);
    assert.deepEqual(sent(), [['x', [5]]]);
  });

  it('gives a list that is too large to the handler, and the other lists are sent', async () => {
    const errors: string[] = [];
    const topology = topologyOf(categories => {
      const top = categories.topN(2, score, { as: 'top' });
      top
        .mapValues(list => list.map(({ score }) => ({ score })))
        .toStream()
        .to('out');
    });
    await start(topology, {
      productionExceptionHandler: (error, context) => {
        errors.push(context.phase);
        return resumeOnError(error, context);
      },
    });
    const category = 'x'.repeat(600_000);
    driver.produce('products', [
      { key: 'a', value: { category: 'y', sold: 1 }, timestamp: 10 },
      { key: 'b', value: { category: 'x', sold: 1, padding: category }, timestamp: 10 },
      { key: 'c', value: { category: 'x', sold: 2, padding: category }, timestamp: 10 },
      { key: 'd', value: { category: 'z', sold: 1 }, timestamp: 10 },
    ]);
    await driver.run();
    await driver.commit();
    assert.deepEqual(errors, ['production']);
    assert.deepEqual(sent(), [
      ['y', [1]],
      ['z', [1]],
    ]);
  });

  it('finds the row that another score function has placed', async () => {
    await start(topTwo());
    const app = new TestApplication();
    app.cluster.createTopic('in', 1);
    app.cluster.createTopic('out', 1);
    try {
      const ranking = (by: (n: number) => number): Topology => {
        const builder = new StreamsBuilder();
        builder
          .table<string, number>('in', { as: 'rows' })
          .groupBy((_key, n) => ({ key: 'all', value: n }))
          .topN(3, (_all, n) => by(n), { as: 'top' })
          .mapValues(list => list.map(({ value, score }) => [value, score]))
          .toStream()
          .to('out');
        return builder.build();
      };
      const before = app.start(
        {},
        ranking(n => n),
      );
      app.send(5);
      await app.untilCommitted(1);
      await before.close();
      const after = app.start(
        {},
        ranking(n => -n),
      );
      app.send(4);
      await app.untilCommitted(2);
      await after.close();
      assert.deepEqual(app.output(), ['[[5,5]]', '[[4,-4]]']);
    } finally {
      await app.close();
    }
  });

  for (const n of [0, 1.5, 1001] as const) {
    it(`refuses ${n} for n when it is declared`, async () => {
      await start(topTwo());
      assert.throws(() => topologyOf(categories => categories.topN(n, score, { as: 'top' })), {
        name: 'TopologyError',
        message: `topN top: n must be a whole number from 1 to 1000, not ${n}`,
      });
    });
  }

  it('has a name, its stores and its repartition topic in the description', async () => {
    await start(topTwo());
    const described = topTwo().describe();
    assert.match(described, /Processor: KTABLE-TOPN-\d+ \(stores: \[top, top-ranked, top-scores\]\)/);
    assert.match(described, /topic: top-repartition/);
  });
});
