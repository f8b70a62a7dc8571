import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { mountOperators } from '../../streams/dsl/pipe/operator-chain.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { cleaning } from '../../topology/clean.js';
import { assertRejected, type CleanedRecord, cleanValue, cleanWith, VALID } from './cleaned-record.js';

describe('a value that is no user', () => {
  const deeplyNested = '['.repeat(500_000);
  const table: readonly (readonly [name: string, value: Buffer | null, reason: string])[] = [
    ['a tombstone', null, 'value: null (tombstone)'],
    ['an empty value', Buffer.alloc(0), 'value: empty'],
    ['text', Buffer.from('hello'), 'value: not JSON'],
    ['JSON that breaks off', Buffer.from('{"email":"a@b"'), 'value: not JSON'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'value: not JSON'],
    ['half a megabyte of brackets', Buffer.from(deeplyNested), 'value: not JSON'],
    ['a megabyte of zeros', Buffer.alloc(1_000_000), 'value: not JSON'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'value: not UTF-8'],
    ['invalid UTF-8 in a string', Buffer.from('{"first_name":"\xe9"}', 'latin1'), 'value: not UTF-8'],
    ['a character cut in two', Buffer.from('{"é"}').subarray(0, 3), 'value: not UTF-8'],
    ['null', Buffer.from('null'), 'value: null instead of an object'],
    ['an array', Buffer.from('[{}]'), 'value: array instead of an object'],
    ['a number', Buffer.from('42'), 'value: number instead of an object'],
    ['a string', Buffer.from('"user"'), 'value: string instead of an object'],
    ['an object without fields', Buffer.from('{}'), 'country: missing'],
  ];
  for (const [name, value, reason] of table) {
    it(`${name} is rejected: ${reason}`, () => assertRejected(() => cleanValue(value), reason));
  }
});

describe('a rejection', () => {
  it('names the first fault in the order country, date, ip_address, email', () => {
    const faults = { date: 'x', ip_address: 'x', email: 'x' };
    assertRejected(() => cleanWith({ ...faults, country: '' }), 'country: empty');
    assertRejected(
      () => cleanWith(faults),
      'date: not a day of the calendar as dd/MM/yyyy, d/M/yyyy, yyyy-MM-dd or yyyy/MM/dd: "x"',
    );
    assertRejected(
      () => cleanWith({ ...faults, date: VALID.date }),
      'ip_address: not four numbers from 0 to 255 such as 192.0.2.1: "x"',
    );
  });

  it('cuts a long value', () => {
    const email = 'x'.repeat(1_000_000);
    assertRejected(
      () => cleanWith({ email }),
      `email: not an address such as ada@example.org: "${'x'.repeat(100)}..."`,
    );
  });

  it('is an error with a name and without the cost of a stack trace, and leaves other errors theirs', () => {
    const rejection = new RejectedRecord('value: empty');
    assert.equal(`${rejection}`, 'RejectedRecord: value: empty');
    assert.equal(rejection.stack, undefined);
    assertRejected(() => cleanValue(Buffer.from('{')), 'value: not JSON');
    assert.match(new Error('other').stack ?? '', /\n {4}at /);
  });
});

describe('fields that cleaning does not know', () => {
  it('pass through unchanged and in place', () => {
    const others = { id: 7, first_name: ' bOb ', gender: null, tags: ['a', { b: 1.5 }], constructor: 'x', '': 0 };
    const { value } = cleanWith(others);
    assert.equal(JSON.stringify(value), JSON.stringify({ ...VALID, ...others }));
  });

  it('pass through when their text is not ASCII', () => {
    assert.equal(cleanWith({ first_name: 'Zoë \ufffd 😀' }).value.first_name, 'Zoë \ufffd 😀');
  });

  it('keep __proto__ a field like any other', () => {
    const text = `{"__proto__":{"country":"France","polluted":true},${JSON.stringify(VALID).slice(1)}`;
    const { value } = cleanValue(Buffer.from(text));
    assert.equal(JSON.stringify(value), text);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal('polluted' in value, false);
    assert.equal('polluted' in {}, false);
  });

  it('lend nothing to a missing field by __proto__', () => {
    const { country: _, ...rest } = VALID;
    const text = `{"__proto__":{"country":"France"},${JSON.stringify(rest).slice(1)}`;
    assertRejected(() => cleanValue(Buffer.from(text)), 'country: missing');
  });
});

describe('the sample MOCK_DATA.json', () => {
  const sample = new URL('../../../../shared/data/MOCK_DATA.json', import.meta.url);
  const absent = existsSync(sample) ? '' : ` (skipped: ${sample.pathname} is absent)`;

  (absent === '' ? it : it.skip)(`is cleaned without a rejection${absent}`, () => {
    const users: unknown = JSON.parse(readFileSync(sample, 'utf8'));
    assert.ok(Array.isArray(users));
    const cleaned: CleanedRecord[] = [];
    const push = mountOperators(cleaning(), (record: CleanedRecord) => cleaned.push(record));
    for (const user of users) push({ key: null, value: Buffer.from(JSON.stringify(user)) });

    const countWhere = (field: string, text: string) => cleaned.filter(({ value }) => value[field] === text).length;
    assert.equal(cleaned.length, 1_000);
    assert.equal(new Set(cleaned.map(({ key }) => key)).size, 1_000);
    assert.equal(new Set(cleaned.map(({ value }) => value.country)).size, 113);
    for (const [i, { value }] of cleaned.entries()) assert.equal(value.country, users[i]?.country);
    assert.equal(countWhere('country', 'China'), 202);
    assert.equal(countWhere('country', 'Indonesia'), 108);
    assert.equal(countWhere('gender', 'Male'), 510);
    assert.equal(countWhere('gender', 'Female'), 490);
  });
});
