import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { resumeOnError, StreamsBuilder, type Topology } from '../../../streams/index.js';
import { TopologyTestDriver, type TopologyTestDriverOptions } from '../../../streams/testing/index.js';

interface Order {
  readonly product: string | null;
}

describe('a join of a stream with a global table', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  async function create(topology: Topology, options: TopologyTestDriverOptions = {}): Promise<void> {
    driver = await TopologyTestDriver.create(topology, options);
  }

  function joined(kind: 'join' | 'leftJoin', refuse = ''): Topology {
    const builder = new StreamsBuilder();
    const products = builder.globalTable<string, string>('products', { as: 'products' });
    const orders = builder.stream<string, Order>('orders');
    const selector = (_key: string | null, { product }: Order): string | null => {
      if (product === refuse) throw new RangeError(`no ${refuse}`);
      return product;
    };
    const text = (order: Order, row: string | null, key: string | null, mapped: string | null): string =>
      `${key}/${mapped}: ${order.product} is ${row}`;
    const results = kind === 'join' ? orders.join(products, selector, text) : orders.leftJoin(products, selector, text);
    results.to('out');
    return builder.build();
  }

  const values = (): unknown[] => driver.readOutput('out').map(({ value }) => value);

  it('finds rows of all partitions, and leaves the records in theirs', async () => {
    await create(joined('join'), { partitions: 4 });
    for (let n = 0; n < 20; n++) await driver.pipeInput('products', { key: `p${n}`, value: `product ${n}` });
    for (let n = 0; n < 20; n++) await driver.pipeInput('orders', { key: `k${n}`, value: { product: `p${19 - n}` } });
    const expected = Array.from({ length: 20 }, (_, n) => `k${n}/p${19 - n}: p${19 - n} is product ${19 - n}`);
    assert.deepEqual(values().sort(), expected.sort());
    assert.equal((await driver.storeEntries('products')).length, 20);
    const { length } = driver.counts;
    assert.equal(length, 4);
  });

  it('drops a record without a value or a mapped key, and counts it; a record without a row is not counted', async () => {
    await create(joined('join'));
    await driver.pipeInput('products', { key: 'p', value: 'x' });
    await driver.pipeInput('orders', [
      { key: 'a', value: null },
      { key: 'b', value: { product: null } },
      { key: 'c', value: { product: 'unknown' } },
      { key: null, value: { product: 'p' } },
    ]);
    assert.deepEqual(values(), ['null/p: p is x']);
    assert.equal(driver.counts[0]?.dropped, 2);
  });

  it('counts in a left join only records without a value', async () => {
    await create(joined('leftJoin'));
    await driver.pipeInput('orders', [
      { key: 'a', value: null },
      { key: 'b', value: { product: null } },
      { key: 'c', value: { product: 'unknown' } },
    ]);
    assert.deepEqual(values(), ['b/null: null is null', 'c/unknown: unknown is null']);
    assert.equal(driver.counts[0]?.dropped, 1);
  });

  it('passes a record whose selector throws to the processing exception handler', async () => {
    await create(joined('leftJoin', 'bad'), { processingExceptionHandler: resumeOnError });
    await driver.pipeInput('orders', [
      { key: 'a', value: { product: 'bad' } },
      { key: 'b', value: { product: 'p' } },
    ]);
    assert.deepEqual(values(), ['b/p: p is null']);
    assert.equal(driver.counts[0]?.rejected, 1);
  });

  it('keeps the keys, so that a later group moves only what another operator has moved', async () => {
    const builder = new StreamsBuilder();
    const products = builder.globalTable<string, string>('products');
    const orders = builder.stream<string, Order>('orders', { dropNullValues: true });
    orders
      .leftJoin(
        products,
        (_key, { product }) => product,
        ({ product }) => product,
      )
      .groupByKey()
      .count({ as: 'by-key' });
    assert.ok(!builder.build().describe().includes('repartition'));
    orders
      .selectKey((_key, { product }) => product)
      .leftJoin(
        products,
        key => key,
        ({ product }) => product,
      )
      .groupByKey()
      .count({ as: 'by-product' });
    assert.match(builder.build().describe(), /topic: by-product-repartition/);
    await create(builder.build());
  });

  it('writes to the topic of its own table, and finds the row when the record that wrote it is done', async () => {
    const builder = new StreamsBuilder();
    const last = builder.globalTable<string, string>('last');
    const input = builder.stream<string, string>('in');
    input.to('last');
    input
      .leftJoin(
        last,
        key => key,
        (value, row) => `${value} after ${row}`,
      )
      .to('out');
    await create(builder.build());
    await driver.pipeInput('in', [
      { key: 'k', value: 'a' },
      { key: 'k', value: 'b' },
    ]);
    assert.deepEqual(values(), ['a after null', 'b after a']);
  });
});
