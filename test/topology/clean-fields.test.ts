import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { COUNTRIES } from '../../producer/generator/countries.js';
import { assertRejected, cleanValue, cleanWith, VALID } from './cleaned-record.js';

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
