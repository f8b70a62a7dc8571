import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { Serdes } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { usersOptions } from '../../topology/application.js';
import { usersConfig } from '../../topology/environment.js';
import { usersTopology } from '../../topology/users.js';
import type { WindowSummary } from '../../topology/window-summary.js';
import { expectedTables, type SentUser, tableOf } from '../integration/expected-tables.js';
import { recordOf } from '../integration/sent-users.js';

const WINDOW_MS = 60_000;
const START = 1_700_000_040_000;
const RAW = { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() };

describe('the users topology', () => {
  let driver: TopologyTestDriver;

  afterEach(() => driver.close());

  const start = async (): Promise<void> => {
    const config = usersConfig({});
    driver = await TopologyTestDriver.create(usersTopology(config), {
      ...usersOptions(config),
      partitions: 4,
      startTime: START,
    });
  };
  const send = async (users: readonly SentUser[]): Promise<void> => {
    driver.produce(DEFAULT_TOPICS.user, users.map(recordOf), RAW);
    await driver.run();
  };
  const summaries = (): WindowSummary[] =>
    driver
      .readRecords(DEFAULT_TOPICS.windowSummary)
      .map(({ value }) => JSON.parse(String(value)) as WindowSummary)
      .sort((a, b) => (a.windowStart < b.windowStart ? -1 : 1));
  const late = (): number => driver.counts.reduce((sum, counts) => sum + counts.late, 0);

  /** Each user has an email of its own, and is in the window of the index. */
  const usersOf = (names: readonly string[], as: 'country' | 'gender', window = 0, idPrefix: string = as): SentUser[] =>
    names.map((name, n) => ({
      email: `${idPrefix}${n}@example.com`,
      country: as === 'country' ? name : 'Chile',
      gender: as === 'gender' ? name : 'Female',
      timestamp: START + window * WINDOW_MS + n,
    }));

  it('sums each window up once, when it has closed, whatever crashes in between', async () => {
    await start();
    const countries = ['Chile', 'China', 'Peru', 'Cuba', 'Togo', 'Mali', 'Fiji'];
    const users = Array.from(
      { length: 700 },
      (_, n): SentUser => ({
        email: `user${n % 500}@example.com`,
        country: countries[Math.floor(Math.sqrt(n)) % 7] ?? '',
        gender: n % 9 === 0 ? '' : (['Male', 'Female', 'Agender', '__proto__'][n % 4] ?? ''),
        timestamp: START + n * 400,
      }),
    );
    for (let from = 0; from < users.length; from += 100) {
      await send(users.slice(from, from + 100));
      await driver.crash();
      await driver.advanceWallClock(40_000);
    }
    await driver.endInput();
    const expected = expectedTables(
      users.map(user => ({ ...user, gender: user.gender || 'Unknown' })),
      WINDOW_MS,
    );
    assert.equal(expected.summaries.length, 5);
    assert.deepEqual(summaries(), expected.summaries);
    assert.deepEqual(tableOf(driver.readRecords(DEFAULT_TOPICS.countryCount), 'count'), expected.countryCount);
    assert.deepEqual(
      tableOf(driver.readRecords(DEFAULT_TOPICS.distinctUsers), 'distinctUsers'),
      expected.distinctUsers,
    );
    assert.equal(late(), 0);
  });

  it('sums a window up in silence, when its end, the grace and the idle timeout have passed', async () => {
    await start();
    const users = usersOf(['Chile', 'Peru', 'Chile'], 'country');
    await send(users);
    for (let second = 0; second < 75; second++) {
      assert.deepEqual(summaries(), [], `after ${second} s`);
      await driver.advanceWallClock(1000);
    }
    for (let second = 0; second < 5; second++) await driver.advanceWallClock(1000);
    assert.deepEqual(summaries(), expectedTables(users, WINDOW_MS).summaries);
  });

  it('counts a user that comes too late once', async () => {
    await start();
    await send(usersOf(['Chile', 'Peru'], 'country', 5));
    await driver.advanceWallClock(6 * WINDOW_MS);
    await driver.advanceWallClock(1000);
    const [user] = usersOf(['Chile'], 'country', 0, 'late');
    assert.ok(user !== undefined);
    await send([user]);
    assert.equal(late(), 1);
  });

  it('rejects a user that is more than an hour ahead of the wall clock; the others are not late', async () => {
    await start();
    const users = usersOf(['Chile', 'Peru'], 'country');
    await send(usersOf(['China'], 'country', 61, 'ahead'));
    await send(users);
    await driver.advanceWallClock(1000);
    await send(usersOf(['China'], 'country', 59, 'near'));
    assert.equal(late(), 0);
    const [rejected, ...others] = driver.readRecords(DEFAULT_TOPICS.rejected);
    assert.deepEqual(others, []);
    const message = rejected?.headers.find(({ key }) => key === '__streams.errors.message')?.value?.toString();
    assert.match(
      message ?? '',
      /is 3660000 ms ahead of the wall clock, more than the 3600000 ms of maxTimestampAhead$/,
    );
    await driver.endInput();
    assert.deepEqual(
      summaries().map(summary => summary.users),
      [2, 1],
    );
  });

  it('lists all countries that share a count where they have room', async () => {
    await start();
    const names = Array.from({ length: 2000 }, (_, n) => `Land${n}`);
    const users = [...usersOf(names, 'country'), ...usersOf(['Chile', 'Chile'], 'country', 0, 'more')];
    await send(users);
    await driver.endInput();
    assert.deepEqual(summaries(), expectedTables(users, WINDOW_MS).summaries);
  });

  for (const [what, letter] of [
    ['of one byte a letter', 'x'],
    ['of four bytes a letter', '\u{1f600}'],
  ] as const) {
    it(`goes on with 6,000 countries of 200 characters in one window, ${what}: names are left out, and counted`, async () => {
      await start();
      const names = Array.from({ length: 6000 }, (_, n) => `C${String(n).padStart(5, '0')}`.padEnd(200, letter));
      const users = [...usersOf(names, 'country'), ...usersOf([names[77] ?? ''], 'country', 0, 'again')];
      await send(users.slice(0, 3000));
      await driver.crash();
      await send(users.slice(3000));
      const later = usersOf(['Peru', 'Chile'], 'country', 1, 'later');
      await send(later);
      await driver.crash();
      await driver.endInput();
      const [expected, next] = expectedTables([...users, ...later], WINDOW_MS).summaries;
      const [summary, second] = summaries();
      assert.ok(summary !== undefined && expected !== undefined);
      const { leastRepresented, ...others } = summary;
      const { leastRepresented: all, ...right } = expected;
      assert.deepEqual(others, right);
      assert.ok(leastRepresented.countries.length > 300);
      assert.deepEqual(leastRepresented, {
        countries: all.countries.slice(0, leastRepresented.countries.length),
        more: all.countries.length - leastRepresented.countries.length,
        count: 1,
      });
      assert.deepEqual(second, next);
      const { countryCount } = expectedTables([...users, ...later], WINDOW_MS);
      assert.deepEqual(tableOf(driver.readRecords(DEFAULT_TOPICS.countryCount), 'count'), countryCount);
      assert.deepEqual(driver.readRecords(DEFAULT_TOPICS.rejected), []);
    });

    it(`goes on with 30,000 genders of 50 characters in one window, ${what}: the most frequent ones have their count`, async () => {
      await start();
      const names = Array.from({ length: 30_000 }, (_, n) => `g${String(n).padStart(5, '0')}`.padEnd(50, letter));
      const often = names.slice(-10);
      const users = [...usersOf(names, 'gender'), ...usersOf(often, 'gender', 0, 'often')];
      await send(users);
      await driver.endInput();
      const [summary] = summaries();
      assert.ok(summary !== undefined);
      assert.equal(summary.users, 30_010);
      const counted = Object.entries(summary.byGender);
      const first = names.slice(0, counted.length - 10);
      assert.deepEqual(counted, [...first.map(name => [name, 1]), ...often.map(name => [name, 2])]);
      const left = 30_000 - counted.length;
      assert.ok(left > 1000);
      assert.deepEqual(summary.otherGenders, { genders: left, users: left });
      assert.deepEqual(driver.readRecords(DEFAULT_TOPICS.rejected), []);
    });
  }

  it('goes on where each of 8,000 users has a country and a gender of its own: all lists of the summary are full', async () => {
    await start();
    const users = usersOf(
      Array.from({ length: 8000 }, (_, n) => `${n}\u0001`.padEnd(200, '\u0001')),
      'country',
    );
    await send(users.map((user, n) => ({ ...user, gender: String(n).padStart(4, '0').padEnd(50, '\u{1f600}') })));
    await driver.endInput();
    const [summary] = summaries();
    assert.ok(summary !== undefined);
    const { users: count, distinctUsers, mostRepresented, leastRepresented, byGender, otherGenders } = summary;
    assert.deepEqual([count, distinctUsers], [8000, 8000]);
    assert.deepEqual(mostRepresented, leastRepresented);
    assert.equal(mostRepresented.countries.length + (mostRepresented.more ?? 0), 8000);
    assert.equal(Object.keys(byGender).length + (otherGenders?.genders ?? 0), 8000);
    assert.deepEqual(driver.readRecords(DEFAULT_TOPICS.rejected), []);
  });

  it('takes a gender that is no valid Unicode for an unknown one', async () => {
    await start();
    await send(usersOf(['\ud800', '\udfff', 'Male'], 'gender'));
    await driver.endInput();
    assert.deepEqual(summaries()[0]?.byGender, { Male: 1, Unknown: 2 });
  });
});
