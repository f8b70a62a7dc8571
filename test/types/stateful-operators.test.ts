import assert from 'node:assert/strict';
import { expectTypeOf } from 'expect-type';
import { describe, it } from 'mocha';
import {
  type CogroupedKStream,
  type GlobalKTable,
  JoinWindows,
  type KGroupedTable,
  type KStream,
  type KTable,
  type Scored,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  type Windowed,
} from '../../streams/index.js';

interface Order {
  readonly customer: string;
  readonly total: number;
}

interface Customer {
  readonly name: string;
}

const windows = JoinWindows.of({ timeDifference: '5s', grace: '1s' });

/** Each test has topics, stores and nodes of its own. */
function declared() {
  const builder = new StreamsBuilder();
  const orders = builder.stream<string, Order>('orders', { dropNullKeys: true, dropNullValues: true });
  const rawOrders = builder.stream<string, Order>('raw-orders');
  const customers = builder.table<string, Customer>('customers');
  const clicks = builder.stream<string, number>('clicks', { dropNullKeys: true, dropNullValues: true });
  return { builder, orders, rawOrders, customers, clicks };
}

describe('key and value types of stateful operators', () => {
  it('a grouped table has the keys and values of its selector, without null', () => {
    const { customers } = declared();
    const grouped = customers.groupBy((_key, { name }) => ({ key: name.length > 3 ? name : null, value: name.length }));
    expectTypeOf(grouped).toEqualTypeOf<KGroupedTable<string, number>>();
    expectTypeOf(grouped.count({ as: 'a' })).toEqualTypeOf<KTable<string, number>>();
    const longest = grouped.aggregate(
      { initializer: () => ({ most: 0 }), adder: (_key, n, { most }) => ({ most: most + n }), subtractor: () => null },
      { as: 'b' },
    );
    expectTypeOf(longest).toEqualTypeOf<KTable<string, { most: number }>>();
    const concat = (a: string, b: string): string => a + b;
    // @ts-expect-error: the adder gets numbers
    grouped.reduce(concat, a => a, { as: 'c' });
  });

  it('a join of a stream with a table: the row is null in a left join only', () => {
    const { orders, rawOrders, customers } = declared();
    const inner = orders.join(customers, (order, customer, key) => {
      expectTypeOf(order).toEqualTypeOf<Order>();
      expectTypeOf(customer).toEqualTypeOf<Customer>();
      expectTypeOf(key).toEqualTypeOf<string>();
      return order.total;
    });
    expectTypeOf(inner).toEqualTypeOf<KStream<string, number>>();
    const left = rawOrders.leftJoin(customers, (_order, customer, key) => {
      expectTypeOf(customer).toEqualTypeOf<Customer | null>();
      expectTypeOf(key).toEqualTypeOf<string | null>();
      return customer?.name ?? '';
    });
    expectTypeOf(left).toEqualTypeOf<KStream<string | null, string>>();
    // @ts-expect-error: the row may be null
    orders.leftJoin(customers, (_order, customer) => customer.name);
  });

  it('a join of streams needs windows and a name for its stores', () => {
    const { orders, clicks } = declared();
    const pairs = orders.join(clicks, ({ total }, click) => total + click, windows, { as: 'pairs' });
    expectTypeOf(pairs).toEqualTypeOf<KStream<string, number>>();
    const outer = orders.outerJoin(
      clicks,
      (order, click) => {
        expectTypeOf(order).toEqualTypeOf<Order | null>();
        expectTypeOf(click).toEqualTypeOf<number | null>();
        return 'both';
      },
      windows,
      { as: 'all', otherValueSerde: Serdes.long() },
    );
    expectTypeOf(outer).toEqualTypeOf<KStream<string, string>>();
    // @ts-expect-error: no name
    orders.join(clicks, () => 1, windows, {});
    // @ts-expect-error: the serde is of other values
    orders.join(clicks, () => 1, windows, { as: 'wrong', otherValueSerde: Serdes.string() });
  });

  it('a join of tables carries its keys, and drops null from its results', () => {
    const { builder, customers, orders } = declared();
    const totals = orders.mapValues(({ total }) => total).toTable();
    const joined = customers.outerJoin(totals, (customer, total) => (customer === null ? null : `${total}`));
    expectTypeOf(joined).toEqualTypeOf<KTable<string, string>>();
    const numbers = builder.table('numbers', { keySerde: Serdes.long(), valueSerde: Serdes.string() });
    // @ts-expect-error: the keys are numbers
    customers.join(numbers, () => 1);
  });

  it('a join of a stream with a global table: any key, the row and the mapped key are null in a left join only', () => {
    const { builder, rawOrders, customers, clicks } = declared();
    const places = builder.globalTable<number, Customer>('places');
    expectTypeOf(places).toEqualTypeOf<GlobalKTable<number, Customer>>();
    expectTypeOf(builder.globalTable('texts')).toEqualTypeOf<GlobalKTable<string, unknown>>();
    const inner = rawOrders.join(
      places,
      (key, order) => {
        expectTypeOf(key).toEqualTypeOf<string | null>();
        expectTypeOf(order).toEqualTypeOf<Order>();
        return order.total > 0 ? order.total : null;
      },
      (order, place, key, mappedKey) => {
        expectTypeOf(order).toEqualTypeOf<Order>();
        expectTypeOf(place).toEqualTypeOf<Customer>();
        expectTypeOf(key).toEqualTypeOf<string | null>();
        expectTypeOf(mappedKey).toEqualTypeOf<number>();
        return order.total;
      },
    );
    expectTypeOf(inner).toEqualTypeOf<KStream<string | null, number>>();
    const left = clicks.leftJoin(
      places,
      (_key, click) => click,
      (click, place, key, mappedKey) => {
        expectTypeOf(click).toEqualTypeOf<number>();
        expectTypeOf(place).toEqualTypeOf<Customer | null>();
        expectTypeOf(key).toEqualTypeOf<string>();
        expectTypeOf(mappedKey).toEqualTypeOf<number | null>();
        return '';
      },
      { name: 'with-place' },
    );
    expectTypeOf(left).toEqualTypeOf<KStream<string, string>>();
    // Not called: a table that is none throws.
    const refused = (): void => {
      // @ts-expect-error: the keys of the table are numbers
      clicks.join(places, key => key, String);
      // @ts-expect-error: a global table has no key of its own for a record
      clicks.join(places, () => '');
      // @ts-expect-error: a table is not joined with a global table
      customers.join(places, () => '');
      // @ts-expect-error: a global table is no table
      clicks.join(customers, (_key, click) => click, String);
      // @ts-expect-error: streams are not joined with a global table on both sides
      clicks.outerJoin(places, () => '', windows, { as: 'no' });
      // @ts-expect-error: the timestamps are those of the records
      builder.globalTable('timed', { timestampExtractor: () => 0 });
    };
    assert.ok(refused);
  });

  it('a cogroup has one type of aggregates and one type of keys', () => {
    const { orders, clicks } = declared();
    const both = orders
      .groupByKey()
      .cogroup((_key, { total }, sum: number) => sum + total)
      .cogroup(clicks.groupByKey(), (_key, click, sum) => sum + click);
    expectTypeOf(both).toEqualTypeOf<CogroupedKStream<string, number>>();
    expectTypeOf(both.aggregate(() => 0, { as: 'sums' })).toEqualTypeOf<KTable<string, number>>();
    // @ts-expect-error: the aggregates are numbers
    both.cogroup(clicks.groupByKey(), (_key, _click, text: string) => text);
  });

  it('topN has lists of the values with their scores, with null where windows have null values', () => {
    const { rawOrders } = declared();
    const grouped = rawOrders.groupBy((_key, order) => order?.customer ?? null);
    const top = grouped.topN(
      2,
      (customer, order) => {
        expectTypeOf(customer).toEqualTypeOf<string>();
        expectTypeOf(order).toEqualTypeOf<Order>();
        return order.total;
      },
      { as: 'top' },
    );
    expectTypeOf(top).toEqualTypeOf<KTable<string, readonly Scored<Order>[]>>();
    const total = (_customer: string, order: Order | null): number => order?.total ?? 0;
    const inWindows = grouped.windowedBy(TimeWindows.of({ size: 1, grace: 0 })).topN(2, total, { as: 'windows' });
    expectTypeOf(inWindows).toEqualTypeOf<KTable<Windowed<string>, readonly Scored<Order | null>[]>>();
    const inSessions = grouped.windowedBy(SessionWindows.of({ gap: 1, grace: 0 })).topN(2, total, { as: 'sessions' });
    expectTypeOf(inSessions).toEqualTypeOf<KTable<Windowed<string>, readonly Scored<Order | null>[]>>();
    const sliding = grouped.windowedBy(SlidingWindows.of({ timeDifference: 1, grace: 0 }));
    const inSliding = sliding.topN(2, (_key, { total }) => total, { as: 'sliding' });
    expectTypeOf(inSliding).toEqualTypeOf<KTable<Windowed<string>, readonly Scored<Order>[]>>();
    const { customers } = declared();
    const byLength = customers.groupBy((_key, { name }) => ({ key: name.length, value: name }));
    const rows = byLength.topN(
      2,
      (length, name) => {
        expectTypeOf(length).toEqualTypeOf<number>();
        expectTypeOf(name).toEqualTypeOf<string>();
        return length;
      },
      { as: 'names' },
    );
    expectTypeOf(rows).toEqualTypeOf<KTable<number, readonly Scored<string>[]>>();
    // @ts-expect-error: a score is a number
    byLength.topN(2, (_length, name) => name, { as: 'no-number' });
    // @ts-expect-error: a score is a number
    grouped.topN(2, (_key, { customer }) => customer, { as: 'no' });
    // @ts-expect-error: the score is not there later
    grouped.topN(2, async (_key, { total }) => total, { as: 'never' });
    const timeWindows = grouped.windowedBy(TimeWindows.of({ size: 1, grace: 0 }));
    // @ts-expect-error: windows have null values
    timeWindows.topN(2, (_key, { total }) => total, { as: 'null' });
    // @ts-expect-error: the serde is that of lists
    grouped.topN(2, total, { as: 'serde', valueSerde: Serdes.string() });
    // @ts-expect-error: a store needs a name
    assert.throws(() => grouped.topN(2, total));
  });

  it('sessions and sliding windows have windowed keys', () => {
    const { orders } = declared();
    const grouped = orders.groupByKey();
    const sessions = grouped.windowedBy(SessionWindows.of({ gap: '1s', grace: 0 })).count({ as: 'sessions' });
    expectTypeOf(sessions).toEqualTypeOf<KTable<Windowed<string>, number>>();
    const sliding = grouped
      .windowedBy(SlidingWindows.of({ timeDifference: '1s', grace: 0 }))
      .aggregate({ initializer: () => '', aggregator: (_key, { customer }, all) => all + customer }, { as: 'sliding' });
    expectTypeOf(sliding).toEqualTypeOf<KTable<Windowed<string>, string>>();
    const windowed = grouped.windowedBy(SessionWindows.of({ gap: 1, grace: 0 }));
    const aggregation = { initializer: () => 0, aggregator: () => 1 };
    // @ts-expect-error: an aggregation of sessions needs a merger
    windowed.aggregate(aggregation, { as: 'no' });
  });
});
