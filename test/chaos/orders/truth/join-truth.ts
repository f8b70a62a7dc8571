import { JOIN_MS, SELF_JOIN_MS } from '../records.js';
import type { Expected } from './expected.js';
import { versions } from './table-truth.js';
import { type Entry, groups, type TruthInput } from './truth-input.js';

/** What must come of the joins of streams with streams, and with tables. */
export function expectJoins(input: TruthInput, expected: Expected): void {
  expectLookups(input, expected);
  for (const { key, value } of input.orders) {
    if (value === null) continue;
    const price = input.prices.get(value.product);
    expected.result('global-left-join', key, [value.n, price ?? null]);
    if (price !== undefined) expected.result('global-join', key, [value.n, value.amount * price]);
  }
  expectPairs(input, expected);
  for (const [key, clicks] of groups(input.clicks)) {
    const timely = clicks.filter(({ isLate }) => !isLate);
    for (const left of timely) {
      for (const right of timely) {
        if (Math.abs(left.timestamp - right.timestamp) <= SELF_JOIN_MS)
          expected.result('self-join', key, [left.value.n, right.value.n]);
      }
    }
  }
}

/** The customer as of the time of the click. One that is late finds no history; one at the end waits for ever. */
function expectLookups({ clicks, customers }: TruthInput, expected: Expected): void {
  const history = versions(customers);
  for (const { key, value, timestamp, isLate, isEnd } of clicks) {
    if (isEnd) continue;
    const version = history.get(key)?.findLast(version => version.timestamp <= timestamp);
    expected.result('lookup', key, [value.n, isLate ? null : (version?.value?.n ?? null)]);
  }
}

function expectPairs({ orders, payments }: TruthInput, expected: Expected): void {
  const paymentsOf = groups(payments);
  const paid = new Set<Entry<unknown>>();
  for (const order of orders) {
    if (order.value === null) continue;
    const found = (paymentsOf.get(order.key) ?? []).filter(
      payment => !payment.isLate && !order.isLate && Math.abs(payment.timestamp - order.timestamp) <= JOIN_MS,
    );
    for (const payment of found) {
      paid.add(payment);
      for (const operator of ['join', 'left-join', 'outer-join'])
        expected.result(operator, order.key, [order.value.n, payment.value.n]);
    }
    if (found.length > 0) continue;
    for (const operator of ['left-join', 'outer-join']) expected.result(operator, order.key, [order.value.n, null]);
  }
  for (const payment of payments) {
    if (!paid.has(payment)) expected.result('outer-join', payment.key, [null, payment.value.n]);
  }
}
