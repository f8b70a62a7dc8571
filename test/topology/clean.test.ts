import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { COUNTRIES } from '../../producer/generator/countries.js';
import { mountOperators, type OperatorRecord } from '../../streams/dsl/pipe/operator-chain.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { cleaning } from '../../topology/clean.js';
import type { User } from '../../topology/user.js';

type CleanedRecord = OperatorRecord<string, User>;

function cleanValue(value: Buffer | null, key: Buffer | null = null): CleanedRecord {
  const cleaned: CleanedRecord[] = [];
  mountOperators(cleaning(), (record: CleanedRecord) => cleaned.push(record))({ key, value });
  const [record] = cleaned;
  assert.ok(record !== undefined && cleaned.length === 1, 'one record in, one record out');
  return record;
}

const VALID = { email: 'ann@example.org', country: 'France', date: '2018-05-06', ip_address: '130.187.82.195' };

function cleanWith(fields: Record<string, unknown>): CleanedRecord {
  return cleanValue(Buffer.from(JSON.stringify({ ...VALID, ...fields })));
}

function assertRejected(clean: () => unknown, reason: string): void {
  assert.throws(clean, error => {
    assert.ok(error instanceof RejectedRecord, `${error}`);
    assert.equal(error.message, reason);
    return true;
  });
}

type FieldName = keyof typeof VALID;

/** A field's inputs with what they become. */
function cleans(field: FieldName, table: readonly (readonly [input: string, output: string])[]): void {
  for (const [input, output] of table) {
    it(`${JSON.stringify(input)} becomes ${JSON.stringify(output)}`, () => {
      assert.equal(cleanWith({ [field]: input }).value[field], output);
    });
  }
}

/** A field's inputs with the reason, after the field's name, for which they are rejected. */
function rejects(field: FieldName, table: readonly (readonly [input: unknown, reason: string])[]): void {
  for (const [input, reason] of table) {
    it(`${JSON.stringify(input) ?? 'no field'} is rejected: ${reason.trim()}`, () => {
      assertRejected(() => cleanWith({ [field]: input }), `${field}: ${reason}`);
    });
  }
}

const NO_TEXT: readonly (readonly [input: unknown, reason: string])[] = [
  [undefined, 'missing'],
  [null, 'null instead of a string'],
  [42, 'number instead of a string'],
  [true, 'boolean instead of a string'],
  [['a'], 'array instead of a string'],
  [{ a: 1 }, 'object instead of a string'],
  ['', 'empty'],
  [' \t\n', 'empty'],
];

describe('cleaning the country', () => {
  cleans('country', [
    ['France', 'France'],
    ['  france\t', 'France'],
    ['FRANCE', 'France'],
    ['bosnia AND herzegovina', 'Bosnia and Herzegovina'],
    ['isle OF man', 'Isle of Man'],
    ['congo, the democratic republic of the', 'Congo, the Democratic Republic of the'],
    ['THE gambia', 'The Gambia'],
    ['andorra', 'Andorra'],
    ['ofland theland', 'Ofland Theland'],
    ['united \t\n states', 'United States'],
    ['united\u00a0states', 'United States'],
    ['guinea-BISSAU', 'Guinea-Bissau'],
    ['u.s. VIRGIN islands', 'U.S. Virgin Islands'],
    ["côte D'IVOIRE", "Côte d'Ivoire"],
    ['CÔTE D’IVOIRE', 'Côte d’Ivoire'],
    ["d'ivoire", "D'Ivoire"],
    ["lao people's democratic republic", "Lao People's Democratic Republic"],
    ['co\u0302te', 'Côte'],
    ['CO\u0302TE', 'Côte'],
    ['åland ISLANDS', 'Åland Islands'],
    ['ΕΛΛΑΔΑ', 'Ελλαδα'],
    ['𐐨𐐀', '𐐀𐐨'],
    ['ßtaat', 'ßtaat'],
    ['中国', '中国'],
    ['(the) congo', '(the) Congo'],
  ]);
  const reason = 'not a name of at most 200 characters of valid Unicode';
  rejects('country', [
    ...NO_TEXT,
    ['fr\ud800', `${reason}: "fr\\ud800"`],
    ['x'.repeat(201), `${reason}: "${'x'.repeat(100)}..."`],
  ]);

  it('takes names that are longer only by their space', () => {
    assert.equal(cleanWith({ country: ` x${' '.repeat(300)}y ` }).value.country, 'X Y');
  });

  it('leaves each name that generated users have as people write it, whatever its case was', () => {
    for (const country of COUNTRIES) {
      for (const written of [country, country.toUpperCase(), country.toLowerCase(), `  ${country} `]) {
        assert.equal(cleanWith({ country: written }).value.country, country);
      }
    }
  });
});

describe('cleaning the date', () => {
  cleans('date', [
    ['06/05/2018', '2018-05-06'],
    ['6/5/2018', '2018-05-06'],
    ['2018-05-06', '2018-05-06'],
    ['2018/05/06', '2018-05-06'],
    ['31/12/1999', '1999-12-31'],
    ['29/02/2020', '2020-02-29'],
    ['01/01/0001', '0001-01-01'],
    [' 6/05/2018\n', '2018-05-06'],
    ['\u00a02018-05-06', '2018-05-06'],
  ]);
  const reason = 'not a day of the calendar as dd/MM/yyyy, d/M/yyyy, yyyy-MM-dd or yyyy/MM/dd';
  rejects('date', [
    ...NO_TEXT,
    ...[
      '31/02/2018',
      '29/02/2019',
      '31/04/2018',
      '12/13/2018',
      '00/05/2018',
      '2018-02-30',
      '2018-5-6',
      '06/05/18',
      '06-05-2018',
      '06.05.2018',
      '06/05/20180',
      '2018 -05-06',
      '2018-05-06T10:00:00Z',
      '٠٦/٠٥/٢٠١٨',
      'yesterday',
      '06/05/0000',
      '0000-05-06',
    ].map(text => [text, `${reason}: "${text}"`] as const),
    [' 31/02/2018 ', `${reason}: "31/02/2018"`],
  ]);
});

describe('cleaning the IP address', () => {
  cleans('ip_address', [
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['10.200.30.4', '10.200.30.4'],
    ['\n1.2.3.4 ', '1.2.3.4'],
  ]);
  rejects('ip_address', [
    ...NO_TEXT,
    ...[
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '1.1.1.256',
      '1.2.3.1000',
      '01.2.3.4',
      '1.2.3.-4',
      '1.2..4',
      '1. 2.3.4',
      '1.2.3.4/8',
      '::1',
    ].map(text => [text, `not four numbers from 0 to 255 such as 192.0.2.1: "${text}"`] as const),
  ]);
});

describe('cleaning the email', () => {
  cleans('email', [
    ['ann@example.org', 'ann@example.org'],
    [' Ann@Example.ORG\n', 'ann@example.org'],
    ['a@b', 'a@b'],
    ["o'neil+news_1.x=y@mail.example-1.org", "o'neil+news_1.x=y@mail.example-1.org"],
    ['ÉMILE@EXAMPLE.ORG', 'émile@example.org'],
    ['e\u0301mile@example.org', 'émile@example.org'],
    ['ann@例え.jp', 'ann@例え.jp'],
  ]);
  const reason = 'not an address such as ada@example.org';
  rejects('email', [
    ...NO_TEXT,
    ...[
      'ann.example.org',
      '@example.org',
      'ann@',
      '@',
      'ann@@example.org',
      'a@b@c',
      'a b@c.d',
      'a@b c.d',
      'a\u00a0b@c.d',
      'mailto:a@b.c',
      'ada <ada@x.org>',
      '<ada@x.org>',
      'ada@x.org,',
      'ada@x.org;',
      'ada(comment)@x.org',
      'ada@[10.0.0.1]',
      'ada@.',
      'ada@.org',
      'ada@x.',
      'ada@x..org',
    ].map(text => [text, `${reason}: "${text}"`] as const),
    [' @ ', `${reason}: "@"`],
    ['a\u0000b@c.d', `${reason}: "a\\u0000b@c.d"`],
    ['"a"@b', `${reason}: "\\"a\\"@b"`],
    ['a\udc00@b', `${reason}: "a\\udc00@b"`],
    [`${'x'.repeat(640)}@b`, `${reason}: "${'x'.repeat(100)}..."`],
  ]);

  it('makes it the key, whatever the key of the input was', () => {
    const value = Buffer.from(JSON.stringify({ ...VALID, email: 'ANN@example.org ' }));
    for (const key of [null, Buffer.from('other'), Buffer.from([0xff])]) {
      assert.equal(cleanValue(value, key).key, 'ann@example.org');
    }
  });
});

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
    assert.doesNotMatch(rejection.stack ?? '', /\n/);
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
