import { type Click, GAP_MS, LOOK_BACK_MS, type Order, RECENT_ENTRIES, VERSION_AGE_MS } from '../records.js';
import type { Expected } from './expected.js';
import { type Entry, groups, type TruthInput } from './truth-input.js';

/** What must come of the processors with stores of their own. */
export function expectProcessors({ orders, payments, clicks }: TruthInput, expected: Expected): void {
  for (const [key, ofOrder] of groups(payments)) {
    let total = 0;
    for (const { value } of ofOrder) {
      total += value.amount;
      expected.result('paid', key, [value.n, total]);
    }
  }
  for (const [key, ofCustomer] of groups(clicks)) {
    for (const [place, { value, timestamp, isLate }] of ofCustomer.entries()) {
      const isSeen = (time: number): boolean => time >= timestamp - LOOK_BACK_MS && time <= timestamp;
      const seen = ofCustomer.slice(0, place + 1).filter(before => isSeen(before.timestamp)).length;
      // The store does not keep what is late.
      expected.result('look-back', key, [value.n, isLate ? 0 : seen]);
    }
  }
  for (const { key, value, isEnd } of clicks) if (!isEnd) expected.sum('flushed', key, value.ms);
  for (const [page, ofPage] of groups(clicks, ({ value }) => value.page)) {
    for (const place of ofPage.keys()) expected.result('page-numbers', page, place + 1);
  }
  for (const { key, value } of clicks) expected.sum('beats', key, value.ms);
  for (const [key, ofOrder] of groups(orders)) expectAmounts(key, ofOrder, expected);
  for (const [key, ofCustomer] of groups(clicks)) expectVisits(key, ofCustomer, expected);
  for (const ofPartition of groups(clicks, ({ partition }) => String(partition)).values()) {
    expectRecent(ofPartition, expected);
  }
}

/** The amount of the order half a second before each change of it. */
function expectAmounts(key: string, changes: readonly Entry<Order | null>[], expected: Expected): void {
  const versions: { readonly time: number; readonly amount: number | null }[] = [];
  for (const { value, timestamp, isLate } of changes) {
    if (!isLate) versions.push({ time: timestamp, amount: value?.amount ?? null });
    let valid: (typeof versions)[number] | undefined;
    for (const version of isLate ? [] : versions) {
      if (version.time > timestamp - VERSION_AGE_MS) continue;
      if (valid === undefined || version.time >= valid.time) valid = version;
    }
    expected.result('amount-before', key, valid?.amount ?? null);
  }
}

/** The clicks of the visit that each click belongs to, so far. */
function expectVisits(key: string, ofCustomer: readonly Entry<Click>[], expected: Expected): void {
  let visits: { readonly start: number; readonly end: number; readonly size: number }[] = [];
  for (const { value, timestamp, isLate } of ofCustomer) {
    const isMet = (visit: (typeof visits)[number]): boolean =>
      visit.end >= timestamp - GAP_MS && visit.start <= timestamp + GAP_MS;
    const met = isLate ? [] : visits.filter(isMet);
    const visit = {
      start: Math.min(timestamp, ...met.map(({ start }) => start)),
      end: Math.max(timestamp, ...met.map(({ end }) => end)),
      size: 1 + met.reduce((sum, { size }) => sum + size, 0),
    };
    // The store does not keep what is late.
    if (!isLate) visits = [...visits.filter(other => !isMet(other)), visit];
    expected.result('visits', key, [value.n, visit.size]);
  }
}

/** The clicks of each customer since it was last forgotten: a partition remembers the latest few. */
function expectRecent(ofPartition: readonly Entry<Click>[], expected: Expected): void {
  const remembered = new Map<string, number>();
  for (const { key, value } of ofPartition) {
    const clicks = (remembered.get(key) ?? 0) + 1;
    remembered.delete(key);
    remembered.set(key, clicks);
    for (const [oldest] of remembered) {
      if (remembered.size <= RECENT_ENTRIES) break;
      remembered.delete(oldest);
    }
    expected.result('recent', key, [value.n, clicks]);
  }
}
