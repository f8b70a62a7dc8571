import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { WindowTables } from '../../monitor/window-tables.js';
import { kafkaRecord } from './audit-fixture.js';

const MINUTE = 60_000;
const iso = (time: number): string => new Date(time).toISOString();
const times = (start: number): { windowStart: string; windowEnd: string } => ({
  windowStart: iso(start),
  windowEnd: iso(start + MINUTE),
});
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('the tables of windows', () => {
  it('have nothing before the first record', () => {
    const { latest, closed, distinctUsers } = new WindowTables();
    assert.deepEqual([latest, closed, distinctUsers], [null, null, []]);
  });

  it('show the latest window, most users first, then by name', () => {
    const tables = new WindowTables();
    country(tables, MINUTE, 'Peru', 3);
    country(tables, 0, 'Chile', 100);
    country(tables, MINUTE, 'Chile', 5);
    country(tables, MINUTE, 'Angola', 3);
    country(tables, MINUTE, 'Peru', 7);
    distinct(tables, MINUTE, 12);
    assert.deepEqual(tables.latest, {
      windowStart: MINUTE,
      windowEnd: 2 * MINUTE,
      users: 15,
      distinctUsers: 12,
      countries: [
        { country: 'Peru', count: 7 },
        { country: 'Chile', count: 5 },
        { country: 'Angola', count: 3 },
      ],
    });
  });

  it('show a window when both of its tables have rows, and the one before until then', () => {
    const tables = new WindowTables();
    country(tables, 0, 'Chile', 9);
    assert.deepEqual([tables.latest], [null]);
    distinct(tables, 0, 8);
    country(tables, MINUTE, 'Peru', 1);
    assert.deepEqual([tables.latest?.windowStart, tables.latest?.distinctUsers], [0, 8]);
    distinct(tables, MINUTE, 1);
    assert.deepEqual([tables.latest?.windowStart, tables.latest?.distinctUsers], [MINUTE, 1]);
  });

  it('never show a window as the current and as the last closed one', () => {
    const tables = new WindowTables();
    for (const start of [0, MINUTE]) {
      country(tables, start, 'Chile', 9);
      distinct(tables, start, 8);
    }
    summary(tables, 0, 10);
    assert.deepEqual([tables.latest?.windowStart, tables.closed?.windowStart], [MINUTE, 0]);
    summary(tables, MINUTE, 10);
    assert.deepEqual([tables.latest, tables.closed?.windowStart], [null, MINUTE]);
  });

  it('take a tombstone for the end of a row, and a window without rows for none', () => {
    const tables = new WindowTables();
    country(tables, 0, 'Chile', 1);
    distinct(tables, 0, 1);
    country(tables, MINUTE, 'A@B', 5);
    tables.apply(kafkaRecord('country-count', `A@B@${iso(MINUTE)}`, null));
    distinct(tables, MINUTE, 1);
    tables.apply(kafkaRecord('distinct-users', iso(MINUTE), null));
    assert.deepEqual(tables.latest?.countries, [{ country: 'Chile', count: 1 }]);
    assert.deepEqual(tables.distinctUsers, [{ windowStart: 0, distinctUsers: 1 }]);
  });

  it('keep any name of a country apart, __proto__ too', () => {
    const tables = new WindowTables();
    country(tables, 0, '__proto__', 2);
    distinct(tables, 0, 2);
    assert.deepEqual(tables.latest?.countries, [{ country: '__proto__', count: 2 }]);
  });

  it('show the distinct users of the last 60 windows, oldest first', () => {
    const tables = new WindowTables();
    for (let minute = 99; minute >= 0; minute--) distinct(tables, minute * MINUTE, minute);
    distinct(tables, 99 * MINUTE, 1000);
    const { distinctUsers } = tables;
    assert.equal(distinctUsers.length, 60);
    assert.deepEqual(distinctUsers[0], { windowStart: 40 * MINUTE, distinctUsers: 40 });
    assert.deepEqual(distinctUsers.at(-1), { windowStart: 99 * MINUTE, distinctUsers: 1000 });
  });

  it('show the latest closed window, whatever partition it comes from first', () => {
    const tables = new WindowTables();
    summary(tables, 2 * MINUTE, 20);
    summary(tables, MINUTE, 10);
    assert.deepEqual(tables.closed, {
      windowStart: 2 * MINUTE,
      windowEnd: 3 * MINUTE,
      users: 20,
      distinctUsers: 20,
      mostRepresented: { countries: ['Chile', 'Peru'], count: 10 },
      leastRepresented: { countries: ['Chile', 'Peru'], count: 10 },
    });
  });

  it('begin again with a topic that is read again', () => {
    const tables = new WindowTables();
    country(tables, 0, 'Chile', 1);
    distinct(tables, 0, 1);
    summary(tables, 0, 2);
    for (const topic of ['country-count', 'distinct-users', 'window-summary']) tables.reset(topic);
    assert.deepEqual([tables.latest, tables.closed, tables.distinctUsers], [null, null, []]);
  });

  it('refuse what is no row', () => {
    const tables = new WindowTables();
    for (const value of [json({}), json({ ...times(0), country: 'Chile', count: -1 }), Buffer.from('{')]) {
      assert.throws(() => tables.apply(kafkaRecord('country-count', 'k', value)));
    }
    assert.equal(tables.latest, null);
  });
});

function country(tables: WindowTables, start: number, name: string, count: number): void {
  const value = json({ country: name, ...times(start), count });
  tables.apply(kafkaRecord('country-count', `${name}@${iso(start)}`, value));
}

function distinct(tables: WindowTables, start: number, distinctUsers: number): void {
  tables.apply(kafkaRecord('distinct-users', iso(start), json({ ...times(start), distinctUsers })));
}

function summary(tables: WindowTables, start: number, users: number): void {
  const represented = { countries: ['Chile', 'Peru'], count: users / 2 };
  const value = { ...times(start), users, distinctUsers: users, byGender: {} };
  const row = json({ ...value, mostRepresented: represented, leastRepresented: represented });
  tables.apply(kafkaRecord('window-summary', iso(start), row));
}
