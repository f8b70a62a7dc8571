import { LOOK_BACK_MS } from '../records.js';
import type { Expected } from './expected.js';
import { groups, type TruthInput } from './truth-input.js';

/** What must come of the processors with stores of their own. */
export function expectProcessors({ payments, clicks }: TruthInput, expected: Expected): void {
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
}
