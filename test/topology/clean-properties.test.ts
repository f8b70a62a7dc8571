import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { mountOperators } from '../../streams/dsl/pipe/operator-chain.js';
import { BoundedCache } from '../../topology/clean/bounded-cache.js';
import { titleCase } from '../../topology/clean/country.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { cleaning } from '../../topology/clean.js';
import type { CleanedRecord } from './cleaned-record.js';

type Outcome = CleanedRecord | RejectedRecord;

const cleaned: CleanedRecord[] = [];
const push = mountOperators(cleaning(), (record: CleanedRecord) => cleaned.push(record));

/** One chain cleans all values of a property, so what one leaves behind would show at another. */
function outcomeOf(value: Buffer | null): Outcome {
  cleaned.length = 0;
  try {
    push({ key: null, value });
  } catch (error) {
    assert.ok(error instanceof RejectedRecord, `neither cleaned nor rejected: ${error}`);
    assert.equal(cleaned.length, 0);
    return error;
  }
  const [record] = cleaned;
  assert.ok(record !== undefined && cleaned.length === 1);
  return record;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function assertSound(outcome: Outcome): void {
  if (outcome instanceof RejectedRecord) {
    assert.match(outcome.message, /^(?:value|country|date|ip_address|email): /);
    assert.ok(outcome.message.length < 800);
    return;
  }
  const { key, value } = outcome;
  assert.equal(key, value.email);
  assert.equal(value.email, value.email.trim().toLowerCase());
  const [user, domain, ...more] = value.email.split('@');
  assert.ok(user && domain && more.length === 0);
  assert.equal(value.country, value.country.trim());
  assert.notEqual(value.country, '');
  assert.equal(value.country, titleCase(value.country));
  assert.equal(value.country, value.country.normalize('NFC'));
  assert.doesNotMatch(value.country, /\s\s|[^\S ]/);
  assert.equal(value.email, value.email.normalize('NFC'));
  assert.doesNotMatch(value.email, /[\s<>:]/);
  assert.ok(isDay(value.date));
  const octets = value.ip_address.split('.');
  assert.ok(octets.length === 4 && octets.every(octet => `${Number(octet)}` === octet && Number(octet) <= 255));
  assert.equal(Buffer.from(key).toString(), key);
  assert.equal(Buffer.from(value.country).toString(), value.country);
}

const text = fc.string({ unit: 'binary' });
const day = fc.tuple(
  fc.integer({ min: 0, max: 32 }),
  fc.integer({ min: 0, max: 13 }),
  fc.integer({ min: 0, max: 9999 }),
);
const date = fc.tuple(day, fc.constantFrom('-', '/', 'dmy', 'dmy0')).map(([[d, m, y], format]) => {
  const [dd, mm, yyyy] = [`${d}`.padStart(2, '0'), `${m}`.padStart(2, '0'), `${y}`.padStart(4, '0')];
  if (format === 'dmy') return `${d}/${m}/${yyyy}`;
  return format === 'dmy0' ? `${dd}/${mm}/${yyyy}` : [yyyy, mm, dd].join(format);
});
const octet = fc.integer({ min: 0, max: 260 });
const nearlyUser = fc.record(
  {
    email: fc.oneof(
      fc.tuple(text, text).map(parts => parts.join('@')),
      fc.emailAddress(),
      text,
      fc.jsonValue(),
    ),
    country: fc.oneof(text, fc.constantFrom(' FRANCE', "côte d'ivoire", 'ΟΔΟΣ ΟΔΟΣ', 'İzmir')),
    date: fc.oneof({ weight: 6, arbitrary: date }, { weight: 1, arbitrary: text }),
    ip_address: fc.oneof(
      { weight: 6, arbitrary: fc.tuple(octet, octet, octet, octet).map(octets => octets.join('.')) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    first_name: fc.jsonValue(),
    ['__proto__']: fc.jsonValue(),
  },
  { requiredKeys: ['country', 'date'] },
);
const jsonOfNearlyUser = nearlyUser.map(user => Buffer.from(JSON.stringify(user)));

describe('cleaning any value', () => {
  it('gives a user or a rejection for any bytes, and calls exactly those not UTF-8 that are not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes => {
        const value = Buffer.from(bytes);
        const outcome = outcomeOf(value);
        assertSound(outcome);
        const calledBad = outcome instanceof RejectedRecord && outcome.message === 'value: not UTF-8';
        assert.equal(calledBad, !isUtf8(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives a user or a rejection for any JSON', () => {
    fc.assert(
      fc.property(fc.json(), json => assertSound(outcomeOf(Buffer.from(json)))),
      { numRuns: 1_000 },
    );
  });

  it('gives a user or a rejection for what looks like a user', () => {
    let users = 0;
    fc.assert(
      fc.property(jsonOfNearlyUser, value => {
        const outcome = outcomeOf(value);
        assertSound(outcome);
        if (!(outcome instanceof RejectedRecord)) users++;
      }),
      { numRuns: 2_000 },
    );
    assert.ok(users > 100, `only ${users} of the values were users: the property shows little`);
  });

  it('gives a user or a rejection for a user with a damaged byte', () => {
    fc.assert(
      fc.property(jsonOfNearlyUser, fc.nat(), fc.integer({ min: 0, max: 255 }), (value, at, byte) => {
        value[at % value.length] = byte;
        assertSound(outcomeOf(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves a cleaned user as it is', () => {
    fc.assert(
      fc.property(jsonOfNearlyUser, value => {
        const outcome = outcomeOf(value);
        fc.pre(!(outcome instanceof RejectedRecord));
        const json = JSON.stringify(outcome.value);
        const again = outcomeOf(Buffer.from(json));
        assert.ok(!(again instanceof RejectedRecord), `${again}`);
        assert.equal(again.key, outcome.key);
        assert.equal(JSON.stringify(again.value), json);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves all fields but the four as they are, __proto__ too', () => {
    fc.assert(
      fc.property(jsonOfNearlyUser, value => {
        const outcome = outcomeOf(value);
        fc.pre(!(outcome instanceof RejectedRecord));
        const cleanedFields = new Set(['email', 'country', 'date', 'ip_address']);
        const others = (object: object) => Object.entries(object).filter(([field]) => !cleanedFields.has(field));
        assert.deepEqual(others(outcome.value), others(JSON.parse(value.toString())));
        assert.equal(Object.getPrototypeOf(outcome.value), Object.prototype);
      }),
      { numRuns: 500 },
    );
  });
});

describe('titleCase', () => {
  it('leaves its own result as it is, whatever the character, and whatever is combined with it', () => {
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      const character = String.fromCodePoint(codePoint);
      for (const text of [`${character}${character} ${character}`, `a${character} j${character} d'${character}`]) {
        const once = titleCase(text);
        if (titleCase(once) !== once || once.normalize('NFC') !== once) assert.fail(`U+${codePoint.toString(16)}`);
      }
    }
  }).timeout(60_000);
});

describe('BoundedCache', () => {
  it('gives what is computed, and never holds more than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 4 })), fc.integer({ min: 1, max: 5 }), (keys, maxEntries) => {
        const cache = new BoundedCache<string | null>({ maxEntries, maxKeyLength: 3 });
        const compute = (key: string) => (key.length % 2 === 0 ? null : key.toUpperCase());
        for (const key of keys) {
          assert.equal(cache.get(key, compute), compute(key));
          assert.ok(cache.size <= maxEntries);
        }
      }),
    );
  });

  it('computes once what it knows, null too, and each time what is too long', () => {
    const cache = new BoundedCache<string | null>({ maxEntries: 2, maxKeyLength: 2 });
    const computed: string[] = [];
    const compute = (key: string) => {
      computed.push(key);
      return key === 'b' ? null : key;
    };
    for (const key of ['a', 'b', 'a', 'b', 'long', 'long']) cache.get(key, compute);
    assert.deepEqual(computed, ['a', 'b', 'long', 'long']);
  });
});
