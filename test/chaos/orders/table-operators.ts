import type { KTable, Scored } from '../../../streams/index.js';
import { sendResults, sendRows } from './outputs.js';
import { type Order, TOP } from './records.js';
import type { OrdersStreams } from './streams.js';

interface Total {
  readonly count: number;
  readonly sum: number;
}

const NONE: Total = { count: 0, sum: 0 };

const TOTALS = {
  initializer: (): Total => NONE,
  adder: (_key: string, value: number, { count, sum }: Total): Total => ({ count: count + 1, sum: sum + value }),
  // Whether a group without rows was ever there depends on what one transaction has held.
  subtractor: (_key: string, value: number, { count, sum }: Total): Total | null =>
    count === 1 ? null : { count: count - 1, sum: sum - value },
};

/** Groups and joins of tables. */
export function declareTables({ orders, customers, clicks }: OrdersStreams): void {
  const countries = customers
    .groupBy((_id, { country, points }) => ({ key: country, value: points }))
    .aggregate(TOTALS, { as: 'countries' });
  sendRows('countries', countries.toStream());

  const table = orders.toTable({ as: 'orders' });
  const spending = table
    .groupBy((_id, { customer, amount }) => ({ key: customer, value: amount }))
    // With a cache an inner join does not see that a row is gone if both sides lose theirs between two commits, as in Java.
    .aggregate(TOTALS, { as: 'spending', caching: false });
  sendRows('spending', spending.toStream());

  const amount = (total: Total | null): number | null => total?.sum ?? null;
  const points = (customer: { readonly points: number } | null): number | null => customer?.points ?? null;
  sendRows('table-join', customers.join(spending, (c, s) => [points(c), amount(s)]).toStream());
  sendRows('table-left-join', customers.leftJoin(spending, (c, s) => [points(c), amount(s)]).toStream());
  sendRows(
    'table-outer-join',
    customers.outerJoin(spending, (c, s) => [points(c), amount(s)], { as: 'outer-joined' }).toStream(),
  );

  const customerOf = ({ customer }: { readonly customer: string }): string => customer;
  sendRows(
    'foreign-key-join',
    table.join(customers, customerOf, (o, c) => [o.n, c.country], { name: 'foreign' }).toStream(),
  );
  sendRows(
    'foreign-key-left-join',
    table.leftJoin(customers, customerOf, (o, c) => [o.n, c?.n ?? null], { as: 'foreign-joined' }).toStream(),
  );

  const large = table.filter((_id, order) => order.amount >= 50, { as: 'large', inMemory: true });
  sendRows('filter', large.mapValues(order => order.n, { as: 'large-numbers' }).toStream());

  // Updated before it is joined, since nothing is held back: each click finds itself counted.
  const counts = clicks.groupByKey().count({ as: 'clicks-of-customers', caching: false });
  sendResults(
    'numbered',
    clicks.join(counts, (click, count) => [click.n, count]),
  );

  const largest = table
    .groupBy((_id, { customer, amount }) => ({ key: customer, value: amount }))
    .topN(TOP, (_customer, amount) => amount, { as: 'largest' });
  sendScores('top-of-table', largest);
  const ever = orders
    .flatMapValues(order => (order === null ? [] : [order]))
    .groupBy((_id, { customer }) => customer)
    .topN(TOP, (_customer, { amount }: Order) => amount, { as: 'largest-ever' });
  sendScores('top-of-stream', ever);
}

/** Which of several values with the same score is in the list may depend on how tasks interleave. */
function sendScores<V>(operator: string, tops: KTable<string, readonly Scored<V>[]>): void {
  sendRows(
    operator,
    tops.toStream().mapValues(top => top?.map(({ score }) => score) ?? null),
  );
}
