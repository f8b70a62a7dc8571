import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LEAST_EMAILS, Workload, type WorkloadOptions, type WorkloadRecord } from '../load/workload.js';

const USERS = 20_000;
const MINUTE_MS = 60_000;

function generated(options: Partial<WorkloadOptions>): { workload: Workload; records: readonly WorkloadRecord[] } {
  const all = { records: USERS, seed: 1, start: 0, spanMs: 10 * MINUTE_MS, windowMs: MINUTE_MS, ...options };
  const workload = new Workload({ repeatedPercent: 40, badPercent: 2, ...all });
  return { workload, records: [...workload] };
}

/** The good records by email, in their order. */
function byEmail(records: readonly WorkloadRecord[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [position, { key }] of records.entries()) {
    if (key !== null) positions.set(key, [...(positions.get(key) ?? []), position]);
  }
  return positions;
}

function assertAbout(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.015, `${actual} is not about ${expected}`);
}

describe('the users workload', () => {
  for (const badPercent of [0, 2, 20]) {
    it(`has ${badPercent}% bad records`, () => {
      const { workload } = generated({ badPercent });
      const { records, cleaned, rejected } = workload.result;
      assert.equal(records, USERS);
      assert.equal(cleaned + rejected, USERS);
      assertAbout(rejected / USERS, badPercent / 100);
      if (badPercent === 0) assert.equal(rejected, 0);
    });
  }

  for (const repeatedPercent of [0, 40]) {
    it(`repeats ${repeatedPercent}% of the emails`, () => {
      const { records } = generated({ repeatedPercent, badPercent: 0 });
      const repeated = 1 - byEmail(records).size / USERS;
      // Those that come before there is anything to repeat do not count.
      assertAbout(repeated, (repeatedPercent / 100) * (1 - LEAST_EMAILS / USERS));
      if (repeatedPercent === 0) assert.equal(repeated, 0);
    });
  }

  it('has a small set of emails where all are repeated', () => {
    const { records } = generated({ repeatedPercent: 100, badPercent: 0 });
    assert.equal(byEmail(records).size, LEAST_EMAILS);
  });

  it('repeats emails from anywhere in the span before', () => {
    const { records } = generated({ badPercent: 0 });
    const lastTenth = [...byEmail(records).values()].filter(positions => (positions.at(-1) ?? 0) >= USERS * 0.9);
    const isOld = (positions: readonly number[]) => (positions[0] ?? 0) < USERS * 0.2;
    assert.ok(lastTenth.some(positions => positions.length > 1 && isOld(positions)));
  });

  it('counts in each window what its good records hold', () => {
    const { workload, records } = generated({ badPercent: 0 });
    assert.equal(workload.result.windows.length, 10);
    for (const { windowStart, users, distinctUsers, countries } of workload.result.windows) {
      const inWindow = records.filter(({ timestamp }) => timestamp - (timestamp % MINUTE_MS) === windowStart);
      assert.equal(users, inWindow.length);
      assert.equal(distinctUsers, new Set(inWindow.map(({ key }) => key)).size);
      assert.equal(
        [...countries.values()].reduce((sum, count) => sum + count, 0),
        users,
      );
    }
  });

  it('is the same for the same options', () => {
    assert.deepEqual(generated({ records: 100 }).records, generated({ records: 100 }).records);
  });
});
