import { type Click, GAP_MS, HOP_MS, SLIDING_MS, WINDOW_MS } from '../records.js';
import { addTo, type Expected } from './expected.js';
import { type Entry, groups, type TruthInput } from './truth-input.js';

/** What must come of the aggregations by window. */
export function expectWindows(input: TruthInput, expected: Expected): void {
  const clicks = input.clicks.filter(({ isLate }) => !isLate);
  expectTumbling(clicks, expected);
  for (const [page, ofPage] of groups(clicks, ({ value }) => value.page)) {
    const sums = new Map<string, number>();
    for (const { timestamp, value } of ofPage) {
      for (const start of hops(timestamp)) addTo(sums, windowKey(page, start), value.ms);
    }
    for (const [key, sum] of sums) expected.row('hopping', key, sum);
  }
  for (const [key, ofCustomer] of groups(clicks)) {
    const byTime = ofCustomer.toSorted((a, b) => a.timestamp - b.timestamp);
    expectSliding(key, byTime, expected);
    expectSessions(key, byTime, expected);
  }
  expectCogroups(input, expected);
}

function expectTumbling(clicks: readonly Entry<Click>[], expected: Expected): void {
  for (const [key, [first, ...others]] of groups(clicks, ({ key, timestamp }) => tumblingKey(key, timestamp))) {
    if (first === undefined) continue;
    const count = 1 + others.length;
    expected.row('tumbling', key, count);
    if (!first.isEnd) expected.result('suppressed', key, count);
    expected.result('distinct', first.key, first.value.n);
    const pages = new Set([first, ...others].map(({ value }) => value.page));
    expected.row('count-distinct', key, pages.size);
  }
  const byPage = groups(clicks, ({ value, timestamp }) => tumblingKey(value.page, timestamp));
  for (const [key, ofPage] of byPage) if (!ofPage[0]?.isEnd) expected.result('closing', key, ofPage.length);
}

/** One window that ends with each record, and one that begins after it, if there is anything in it. */
function expectSliding(key: string, byTime: readonly Entry<Click>[], expected: Expected): void {
  for (const { timestamp } of byTime) {
    for (const start of [Math.max(0, timestamp - SLIDING_MS), timestamp + 1]) {
      const end = start + SLIDING_MS;
      const count = byTime.filter(click => click.timestamp >= start && click.timestamp <= end).length;
      if (count > 0) expected.row('sliding', `${key}@${start}-${end}`, count);
    }
  }
}

function expectSessions(key: string, byTime: readonly Entry<Click>[], expected: Expected): void {
  for (let from = 0; from < byTime.length; ) {
    let to = from + 1;
    while (to < byTime.length && timeOf(byTime, to) - timeOf(byTime, to - 1) <= GAP_MS) to++;
    const session = byTime.slice(from, to);
    const name = `${key}@${timeOf(byTime, from)}-${timeOf(byTime, to - 1)}`;
    expected.row('sessions', name, session.length);
    const sum = session.reduce((total, { value }) => total + value.ms, 0);
    if (!session[0]?.isEnd) expected.result('closing-sessions', name, sum);
    from = to;
  }
}

function expectCogroups({ clicks, orders }: TruthInput, expected: Expected): void {
  const sums = new Map<string, number>();
  const windows = new Map<string, number>();
  const add = (customer: string, { timestamp, isLate }: Entry<unknown>, summand: number): void => {
    addTo(sums, customer, summand);
    if (!isLate) addTo(windows, tumblingKey(customer, timestamp), summand);
  };
  for (const click of clicks) add(click.key, click, click.value.ms);
  for (const order of orders) if (order.value !== null) add(order.value.customer, order, 1000 * order.value.amount);
  for (const [key, sum] of sums) expected.row('cogroup', key, sum);
  for (const [key, sum] of windows) expected.row('windowed-cogroup', key, sum);
}

/** The late clicks with the windows that they are late for, of the two operators that send them to a topic. */
export function lateClicks({ clicks }: TruthInput): ReadonlyMap<string, number> {
  const texts = new Map<string, number>();
  for (const { key, value, timestamp, isLate } of clicks) {
    if (!isLate) continue;
    const start = timestamp - (timestamp % WINDOW_MS);
    addTo(texts, lateText(key, value.n, start, start + WINDOW_MS), 1);
    addTo(texts, lateText(key, value.n, timestamp, timestamp), 1);
  }
  return texts;
}

export function lateText(key: string, n: number, start: number, end: number): string {
  return `${n} of ${key} for ${start}-${end}`;
}

function tumblingKey(key: string, timestamp: number): string {
  return windowKey(key, timestamp - (timestamp % WINDOW_MS));
}

function windowKey(key: string, start: number): string {
  return `${key}@${start}-${start + WINDOW_MS}`;
}

function hops(timestamp: number): readonly number[] {
  const starts: number[] = [];
  for (let start = timestamp - (timestamp % HOP_MS); start > timestamp - WINDOW_MS && start >= 0; start -= HOP_MS)
    starts.push(start);
  return starts;
}

function timeOf(entries: readonly Entry<unknown>[], index: number): number {
  return entries[index]?.timestamp ?? Number.NaN;
}
