import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTRIES } from '../../producer/generator/countries.js';
import { generatedUsers } from '../../producer/generator/generated-users.js';
import { type GeneratedUser, isKept, USERS_OF_100, UserGenerator } from '../../producer/generator/user-generator.js';
import { writeUsersFile } from '../../producer/generator/write-users-file.js';
import { SAMPLE_USERS_FILE } from '../../producer/sample-users.js';
import { userKey } from '../../producer/user-key.js';
import { usersOfFile } from '../../producer/users-file.js';

function generate(count: number, seed: number): GeneratedUser[] {
  const generator = new UserGenerator(seed);
  return Array.from({ length: count }, () => generator.next());
}

function shareOf(countries: readonly string[], country: string): number {
  return countries.filter(name => name === country).length / countries.length;
}

const isIp = (ip: string | undefined) =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(ip ?? '') && ip?.split('.').every(octet => Number(octet) <= 255);
const isDate = (text: string | undefined) => {
  const [day, month, year] = (text ?? '').split('/').map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCDate() === day && date.getUTCMonth() + 1 === month && date.getUTCFullYear() === year;
};

describe('UserGenerator', function () {
  this.timeout(30_000);
  const users = generate(20_000, 7);

  it('makes the same users of the same seed, and others of another', () => {
    assert.deepEqual(generate(500, 42), generate(500, 42));
    assert.notDeepEqual(generate(500, 42), generate(500, 43));
  });

  it('makes exactly the documented number of each kind of every 100 users', () => {
    for (let from = 0; from < users.length; from += 100) {
      const kinds = users.slice(from, from + 100).map(({ kind }) => kind);
      for (const [kind, count] of Object.entries(USERS_OF_100)) {
        assert.equal(kinds.filter(other => other === kind).length, count, `${kind} from ${from} on`);
      }
    }
  });

  it('numbers the users from 1 on', () => {
    assert.deepEqual(
      users.map(({ user }) => user.id),
      users.map((_, index) => index + 1),
    );
  });

  it('makes dirty users dirty in the one way of their kind, and no others', () => {
    for (const { kind, user } of users) {
      const problems = [
        ...(isIp(user.ip_address) ? [] : ['wrongIp']),
        ...(isDate(user.date) || kind === 'otherDateFormat' ? [] : ['impossibleDate']),
        ...(userKey(user.email) === null ? ['emailWithoutAt'] : []),
        ...(user.country?.trim() ? [] : ['emptyCountry']),
      ];
      if (kind === 'missingField') {
        assert.equal(Object.keys(user).length, 7);
        assert.equal(problems.length, 1, JSON.stringify(user));
      } else {
        assert.equal(Object.keys(user).length, 8);
        assert.deepEqual(problems, isKept(kind) ? [] : [kind], JSON.stringify(user));
      }
    }
  });

  it('gives a duplicate the email of an earlier user that is kept, and every other user one of its own', () => {
    const seen = new Set<string | null>();
    for (const { kind, user } of users) {
      const key = userKey(user.email);
      if (kind === 'duplicateEmail') assert.ok(seen.has(key), String(user.email));
      else assert.ok(!seen.has(key), String(user.email));
      if (isKept(kind)) seen.add(key);
    }
    assert.equal(seen.size, users.length * 0.9);
  });

  it('writes some emails and countries untidily, so that cleaning shows', () => {
    const duplicates = users.filter(({ kind }) => kind === 'duplicateEmail');
    assert.ok(duplicates.some(({ user }) => user.email !== userKey(user.email)));
    for (const { user } of users.filter(({ kind }) => kind === 'untidyCountry')) {
      assert.ok(!COUNTRIES.includes(user.country ?? ''), user.country);
      assert.ok(
        COUNTRIES.some(name => name.toLowerCase() === user.country?.trim().toLowerCase()),
        user.country,
      );
    }
  });

  it('has most users in China, then in Indonesia, and others in more than a hundred countries', () => {
    const countries = users.flatMap(({ kind, user }) => (kind === 'clean' && user.country ? [user.country] : []));
    const [china, indonesia] = [shareOf(countries, 'China'), shareOf(countries, 'Indonesia')];
    assert.ok(china > 0.16 && china < 0.24, String(china));
    assert.ok(indonesia > 0.08 && indonesia < 0.13, String(indonesia));
    for (const country of COUNTRIES.slice(2)) assert.ok(shareOf(countries, country) < indonesia, country);
    assert.ok(new Set(countries).size > 100);
  });

  it('has about as many women as men', () => {
    const women = users.filter(({ user }) => user.gender === 'Female').length / users.length;
    assert.ok(women > 0.48 && women < 0.52, String(women));
  });
});

describe('generatedUsers', () => {
  it('keys the users as a file of them does', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'generated-users-'));
    try {
      const path = join(directory, 'users.json');
      assert.equal(await writeUsersFile(path, generatedUsers(1_234, 9)), 1_234);
      const fromFile = [];
      for await (const { records } of await usersOfFile(path)) fromFile.push(...records);
      const generated = [];
      for await (const { records } of generatedUsers(1_234, 9)) generated.push(...records);
      assert.deepEqual(
        fromFile.map(({ key, value }) => [key, value.toString()]),
        generated.map(({ key, value }) => [key, value.toString()]),
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the sample of users', () => {
  it('is 1,000 users of seed 1, one a line, and generating it again gives the same bytes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sample-users-'));
    try {
      const again = join(directory, 'sample-users.json');
      await writeUsersFile(again, generatedUsers(1_000, 1));
      const sample = await readFile(SAMPLE_USERS_FILE);
      assert.ok(sample.equals(await readFile(again)));
      assert.equal(sample.toString().split('\n').length, 1_003);
      assert.equal(JSON.parse(sample.toString()).length, 1_000);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
