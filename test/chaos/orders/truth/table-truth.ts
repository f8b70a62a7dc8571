import { type Customer, type Order, TOP } from '../records.js';
import type { Expected } from './expected.js';
import type { Entry, TruthInput } from './truth-input.js';

interface Total {
  readonly count: number;
  readonly sum: number;
}

/** What must come of the groups and joins of tables. */
export function expectTables(input: TruthInput, expected: Expected): void {
  const customers = present(latestByTime(input.customers));
  const orders = present(latestByArrival(input.orders));

  const countries = totals([...customers.values()].map(({ country, points }) => [country, points]));
  for (const [country, total] of countries) expected.row('countries', country, total);
  const spending = totals([...orders.values()].map(({ customer, amount }) => [customer, amount]));
  for (const [customer, total] of spending) expected.row('spending', customer, total);

  for (const id of new Set([...customers.keys(), ...spending.keys()])) {
    const [customer, total] = [customers.get(id), spending.get(id)];
    const row = [customer?.points ?? null, total?.sum ?? null];
    expected.row('table-outer-join', id, row);
    if (customer !== undefined) expected.row('table-left-join', id, row);
    if (customer !== undefined && total !== undefined) expected.row('table-join', id, row);
  }
  for (const [id, { n, customer: customerId }] of orders) {
    const customer = customers.get(customerId);
    expected.row('foreign-key-left-join', id, [n, customer?.n ?? null]);
    if (customer !== undefined) expected.row('foreign-key-join', id, [n, customer.country]);
  }
  for (const [id, { n, amount }] of orders) if (amount >= 50) expected.row('filter', id, n);

  for (const [customer, top] of tops([...orders.values()])) expected.row('top-of-table', customer, top);
  const ever = input.orders.flatMap(({ value }) => (value === null ? [] : [value]));
  for (const [customer, top] of tops(ever)) expected.row('top-of-stream', customer, top);

  const numbers = new Map<string, number>();
  for (const { key, value } of input.clicks) {
    const number = (numbers.get(key) ?? 0) + 1;
    numbers.set(key, number);
    expected.result('numbered', key, [value.n, number]);
  }
}

/** The versions of each customer, by time; of two with the same time the later one. */
export function versions(customers: TruthInput['customers']): ReadonlyMap<string, readonly Entry<Customer | null>[]> {
  const all = new Map<string, Entry<Customer | null>[]>();
  for (const entry of customers) {
    if (entry.isLate) continue;
    const known = all.get(entry.key) ?? [];
    known.push(entry);
    all.set(entry.key, known);
  }
  // The sort is stable.
  for (const known of all.values()) known.sort((a, b) => a.timestamp - b.timestamp);
  return all;
}

function latestByTime(customers: TruthInput['customers']): ReadonlyMap<string, Customer | null> {
  return new Map([...versions(customers)].map(([key, known]) => [key, known.at(-1)?.value ?? null]));
}

function latestByArrival(orders: TruthInput['orders']): ReadonlyMap<string, Order | null> {
  return new Map(orders.map(({ key, value }) => [key, value]));
}

function present<V>(rows: ReadonlyMap<string, V | null>): ReadonlyMap<string, V> {
  const all = new Map<string, V>();
  for (const [key, value] of rows) if (value !== null) all.set(key, value);
  return all;
}

function totals(summands: readonly (readonly [group: string, summand: number])[]): ReadonlyMap<string, Total> {
  const all = new Map<string, Total>();
  for (const [group, summand] of summands) {
    const { count, sum } = all.get(group) ?? { count: 0, sum: 0 };
    all.set(group, { count: count + 1, sum: sum + summand });
  }
  return all;
}

/** The highest amounts of each customer. */
function tops(orders: readonly Order[]): ReadonlyMap<string, readonly number[]> {
  const amounts = new Map<string, number[]>();
  for (const { customer, amount } of orders) amounts.set(customer, [...(amounts.get(customer) ?? []), amount]);
  return new Map([...amounts].map(([customer, all]) => [customer, all.sort((a, b) => b - a).slice(0, TOP)]));
}
