import assert from 'node:assert/strict';
import { mountOperators, type OperatorRecord } from '../../streams/dsl/pipe/operator-chain.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { RejectedRecord } from '../../topology/clean/rejected-record.js';
import { cleaning } from '../../topology/clean.js';
import type { User } from '../../topology/user.js';
import { cleanedUser, sortedText } from './cleaned-user.js';
import { Truth } from './truth.js';

const WINDOW_MS = 5000;
const GRACE_MS = 1000;

describe('the truth of a chaos round', () => {
  const user = {
    id: 1,
    first_name: 'Ada',
    email: 'ada@example.com',
    gender: 'Female',
    ip_address: '10.0.0.1',
    date: '10/12/2015',
    country: 'united kingdom',
  };
  let offset = 0;
  const record = (value: unknown, timestamp = 0, partition = 0, key: string | null = null): ConsumerRecord => ({
    topic: 'user',
    partition,
    offset: offset++,
    timestamp,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: [],
  });
  const truthOf = (...records: readonly ConsumerRecord[]): Truth => truthBelieving(undefined, ...records);
  const truthBelieving = (believedUpTo: number | undefined, ...records: readonly ConsumerRecord[]): Truth => {
    const truth = new Truth({
      windowMs: WINDOW_MS,
      graceMs: GRACE_MS,
      ...(believedUpTo === undefined ? {} : { believedUpTo }),
    });
    for (const each of records) truth.add(each);
    return truth;
  };
  const usersOf = ({ summaries }: Truth): number => [...summaries.values()].reduce((sum, { users }) => sum + users, 0);

  beforeEach(() => {
    offset = 0;
  });

  it('has each user as cleaning must leave it, by partition and in order', () => {
    const second = { ...user, id: 2, email: ' BOB@Example.com ', country: ' GUINEA-BISSAU', date: '2015-2-1' };
    const third = { ...second, id: 3, date: '2015/02/01' };
    const truth = truthOf(record(user, 7), record(second, 8), record(third, 9), record({ ...user, id: 4 }, 10, 3));
    assert.deepEqual([...truth.cleaned.keys()], [0, 3]);
    const users = truth.cleaned.get(0) ?? [];
    assert.deepEqual(
      users.map(({ id, email, country, timestamp }) => ({ id, email, country, timestamp })),
      [
        { id: 1, email: 'ada@example.com', country: 'United Kingdom', timestamp: 7 },
        { id: 3, email: 'bob@example.com', country: 'Guinea-Bissau', timestamp: 9 },
      ],
    );
    assert.ok(users[0]?.text.includes('["date","2015-12-10"]') && users[0].text.includes('["first_name","Ada"]'));
    assert.deepEqual([...truth.rejected.keys()], ['0@1']);
    assert.equal(truth.produced, 4);
  });

  it('rejects what can not be cleaned', () => {
    const bad = [
      null,
      '',
      '{',
      'null',
      '[]',
      '7',
      { ...user, country: '  ' },
      { ...user, country: 7 },
      { ...user, country: undefined },
      { ...user, date: '31/04/2018' },
      { ...user, date: '29/02/2019' },
      { ...user, date: '2018-04' },
      { ...user, ip_address: '1.2.3' },
      { ...user, ip_address: '1.2.3.256' },
      { ...user, ip_address: '1.2.3.04' },
      { ...user, ip_address: '1.2.3.4.5' },
      { ...user, email: 'ada' },
      { ...user, email: '@b' },
      { ...user, email: 'a@' },
      { ...user, email: 'a@b@c' },
      { ...user, email: 'a b@c.d' },
      { ...user, email: 'ada <a@b.c>' },
      { ...user, email: 'mailto:a@b.c' },
      { ...user, date: '01/01/0000' },
      { ...user, country: 'c'.repeat(201) },
      { ...user, email: `${'a'.repeat(639)}@b` },
    ];
    const truth = truthOf(...bad.map(value => record(value)));
    assert.equal(truth.rejected.size, bad.length);
    assert.equal(truth.cleaned.size, 0);
    assert.deepEqual(truth.rejected.get('0@2'), { key: null, value: Buffer.from('{') });
  });

  it('says the same as the application of each name and form that people write', () => {
    const forms = [
      ...['côte D’IVOIRE', "d'ivoire", 'u.s. VIRGIN islands', 'the  congo OF the', 'co\u0302te', 'ǰ ß'].map(
        country => ({ country }),
      ),
      ...[' 1/2/0099 ', '2015/02/01', '1/1/0000', '31/4/2015'].map(date => ({ date })),
      ...[' 1.2.3.4\n', '1.2.3.04'].map(ip_address => ({ ip_address })),
      ...['E\u0301@X.org', 'a@b', 'a@b..c', 'a@.', 'a:b@c', 'a\u00a0b@c', 'a\u0001@c', "o'x+y@z.org"].map(email => ({
        email,
      })),
    ];
    for (const form of forms) {
      const value = Buffer.from(JSON.stringify({ ...user, ...form }));
      let cleaned: object | undefined;
      const push = mountOperators(cleaning(), (record: OperatorRecord<string, User>) => {
        cleaned = record.value;
      });
      try {
        push({ key: null, value });
      } catch (error) {
        assert.ok(error instanceof RejectedRecord);
      }
      assert.equal(cleanedUser(value)?.text, cleaned && sortedText({ ...cleaned }), JSON.stringify(form));
    }
  });

  it('counts by country, distinct users and summaries of each window, ties and all', () => {
    const other = { ...user, email: 'bob@example.com', country: 'Chile', gender: '' };
    const truth = truthOf(
      record(user, 0),
      record({ ...user, email: 'ADA@example.com' }, WINDOW_MS - 1),
      record(other, 1),
      record({ ...other, country: 'CHILE' }, 2, 1),
      record({ ...other, country: 'Peru', gender: 'Male' }, 3),
      record(user, WINDOW_MS),
      record('late and not a user', 100 * WINDOW_MS),
    );
    const [first, second] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:05.000Z'];
    assert.deepEqual(
      truth.countryCount,
      new Map([
        [`United Kingdom@${first}`, 2],
        [`Chile@${first}`, 2],
        [`Peru@${first}`, 1],
        [`United Kingdom@${second}`, 1],
      ]),
    );
    assert.deepEqual(
      truth.distinctUsers,
      new Map([
        [first, 2],
        [second, 1],
      ]),
    );
    assert.deepEqual(truth.summaries.get(first), {
      windowStart: first,
      windowEnd: second,
      users: 5,
      distinctUsers: 2,
      mostRepresented: { countries: ['Chile', 'United Kingdom'], count: 2 },
      leastRepresented: { countries: ['Peru'], count: 1 },
      byGender: { Female: 2, Unknown: 2, Male: 1 },
    });
    assert.deepEqual(truth.summaries.get(second)?.leastRepresented, { countries: ['United Kingdom'], count: 1 });
    assert.equal(truth.summaries.size, 2);
  });

  it('counts a gender that is too long as unknown', () => {
    const [short, long] = ['g'.repeat(50), 'g'.repeat(51)];
    const truth = truthOf(record({ ...user, gender: short }), record({ ...user, gender: long }));
    assert.deepEqual([...truth.summaries.values()][0]?.byGender, { [short]: 1, Unknown: 1 });
  });

  it('has a user as late, in no window, once the window and its grace are over in its partition', () => {
    const end = WINDOW_MS + GRACE_MS;
    const truth = truthOf(
      record(user, end - 1),
      record(user, WINDOW_MS - 1),
      record('not a user', end),
      record(user, WINDOW_MS - 1),
      record('not a user', WINDOW_MS - 1),
      record(user, WINDOW_MS - 1, 1),
    );
    assert.equal(truth.late, 1);
    assert.equal(truth.users, 4);
    assert.equal(truth.rejected.size, 2);
    assert.equal(usersOf(truth), 3);
  });

  it('rejects what has no timestamp', () => {
    const truth = truthOf(record(user, -1), record('not a user', -1), record(user, 0));
    assert.deepEqual([...truth.rejected.keys()], ['0@0', '0@1']);
    assert.equal(truth.produced, 3);
    assert.equal(usersOf(truth), 1);
  });

  it('rejects users too far ahead, and they make no other late', () => {
    const truth = truthBelieving(WINDOW_MS, record(user, WINDOW_MS), record(user, 100 * WINDOW_MS), record(user, 0));
    assert.deepEqual([...truth.rejected.keys()], ['0@1']);
    assert.equal(truth.late, 0);
    assert.equal(usersOf(truth), 2);
  });

  it('forgets what was rejected before some offsets, and still counts it', () => {
    const bad = 'not a user';
    const truth = truthOf(record(bad), record(bad), record(bad, 0, 1), record(user));
    assert.equal(truth.forgetRejected(new Map([[0, 1]])), 1);
    assert.deepEqual([...truth.rejected.keys()], ['0@1', '1@2']);
    assert.equal(truth.rejections, 3);
    assert.equal(truth.users, 1);
  });

  it('knows which users were keyed by their email', () => {
    const truth = truthOf(record(user, 0, 0, 'ada@example.com'), record(user, 0, 0, 'Ada@example.com'), record(user));
    assert.deepEqual(
      truth.cleaned.get(0)?.map(({ keyed }) => keyed),
      [true, false, false],
    );
  });
});
