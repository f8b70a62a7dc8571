import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { mountOperators, type OperatorRecord } from '../../streams/dsl/pipe/operator-chain.js';
import { Serdes } from '../../streams/index.js';
import { TopologyTestDriver } from '../../streams/testing/index.js';
import { usersOptions } from '../../topology/application.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { userSerde } from '../../topology/clean/user-serde.js';
import { cleaning } from '../../topology/clean.js';
import { usersConfig } from '../../topology/environment.js';
import type { User } from '../../topology/user.js';
import { usersTopology } from '../../topology/users.js';

const FIELDS = '"email":"ann@example.org","country":"France","date":"2018-05-06","ip_address":"10.0.0.1"';

function cleanedText(json: string): string {
  const cleaned: string[] = [];
  const push = mountOperators(cleaning(), ({ value }: OperatorRecord<string, User>) =>
    cleaned.push(userSerde.serialize(value).toString()),
  );
  push({ key: null, value: Buffer.from(json) });
  return cleaned.join();
}

describe('numbers of a user', () => {
  for (const number of [
    '12345678901234567890',
    '-9007199254740993',
    '9'.repeat(400),
    `0.${'1234567890'.repeat(3)}`,
    '12345678.1234567891',
    '1.00000000000000000001',
    '1e400',
    '-1E+400',
    '1e-400',
    '12345678901234567890e-5',
  ]) {
    it(`${number.slice(0, 40)} passes unchanged, in a field, in a list and deeper`, () => {
      const json = `{"id":${number},${FIELDS},"list":[1,${number},[${number}],{"__proto__":${number}}],"__proto__":${number}}`;
      assert.equal(cleanedText(json), json);
    });
  }

  for (const [number, written] of [
    ['9007199254740992', '9007199254740992'],
    ['1234567890123456000000', '1.234567890123456e+21'],
    ['0.1', '0.1'],
    ['1.50', '1.5'],
    ['1e2', '100'],
    ['0.0000000000000000000', '0'],
  ] as const) {
    it(`${number} is written as ${written}, which is the same number`, () => {
      assert.equal(cleanedText(`{"id":${number},${FIELDS}}`), `{"id":${written},${FIELDS}}`);
    });
  }

  it('leave texts that look like them as they are, and the fields that are cleaned clean', () => {
    const json = `{"note":"a:12345678901234567890, \\"[1e400","id":1e400,${FIELDS}}`;
    assert.equal(cleanedText(json.replace('France', ' FRANCE ')), json);
  });

  it('leave white space between tokens out, as in other users', () => {
    assert.equal(cleanedText(`{ "id" :\n\t1e400 , "n": [ 1 , 2.0 ],${FIELDS}}`), `{"id":1e400,"n":[1,2],${FIELDS}}`);
  });

  it('of a field that stands there twice, the last one passes', () => {
    assert.equal(
      cleanedText(`{"id":1,"id":1e400,"id":12345678901234567890,${FIELDS}}`),
      `{"id":12345678901234567890,${FIELDS}}`,
    );
  });

  it('are rejected as numbers where a text is expected', () => {
    const json = `{${FIELDS},"country":12345678901234567890}`;
    assert.throws(
      () => cleanedText(json),
      error => error instanceof RejectedRecord && error.message === 'country: number instead of a string',
    );
  });

  it('pass beside a text of a megabyte', () => {
    const json = `{"id":1e400,"text":"${'\\"x'.repeat(340_000)}",${FIELDS}}`;
    assert.equal(cleanedText(json), json);
  });

  it('have the same value before and after, however they are written', () => {
    const digits = fc.stringMatching(/^\d{1,25}$/);
    const number = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.option(digits), fc.option(fc.integer({ min: -330, max: 330 })))
      .map(([sign, whole, fraction, exponent]) => {
        const before = whole.replace(/^0+(?=\d)/, '');
        return `${sign}${before}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
      });
    fc.assert(
      fc.property(number, text => {
        const [, written = ''] = /"id":([^,]*),/.exec(cleanedText(`{"id":${text},${FIELDS}}`)) ?? [];
        assert.ok(sameNumber(text, written), `${text} became ${written}`);
      }),
      { numRuns: 2_000 },
    );
  });

  it('come through the topology', async () => {
    const config = usersConfig({});
    const driver = await TopologyTestDriver.create(usersTopology(config), { ...usersOptions(config), partitions: 4 });
    try {
      const json = `{"id":12345678901234567890,${FIELDS}}`;
      const raw = { keySerde: Serdes.bytes(), valueSerde: Serdes.bytes() };
      driver.produce(DEFAULT_TOPICS.user, [{ key: Buffer.from('ann'), value: Buffer.from(json), timestamp: 1 }], raw);
      await driver.run();
      assert.deepEqual(
        driver.readRecords(DEFAULT_TOPICS.cleaned).map(({ value }) => String(value)),
        [json],
      );
    } finally {
      await driver.close();
    }
  });
});

/** Compared as whole numbers of a unit that is small enough for both. */
function sameNumber(left: string, right: string): boolean {
  const scaled = (text: string): bigint => {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    return BigInt(whole + fraction) * 10n ** BigInt(1000 - fraction.length + Number(exponent));
  };
  return scaled(left) === scaled(right);
}
