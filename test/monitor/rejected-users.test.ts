import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { RejectedUsers } from '../../monitor/rejected-users.js';
import type { RejectedUser } from '../../monitor/snapshot.js';
import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { deadLetter } from '../../streams/runtime/output/dead-letter.js';
import { kafkaRecord } from './audit-fixture.js';

const NOW = 1_700_000_000_000;

describe('the last rejected users', () => {
  let users: RejectedUsers;
  beforeEach(() => {
    users = new RejectedUsers();
  });

  it('are none before the first dead letter', () => {
    assert.deepEqual(users.latest, []);
  });

  it('have the reason, the value and the place of a dead letter as the application writes it', () => {
    const source = { ...kafkaRecord('user', 'k', Buffer.from('{"country":""}')), partition: 3, offset: 42 };
    users.apply(rejection({ ...source, timestamp: NOW - 5 }, { partition: 1, offset: 7 }), true);
    assert.deepEqual(users.latest, [
      {
        partition: 1,
        offset: 7,
        at: NOW - 5,
        reason: 'country: empty',
        value: '{"country":""}',
        source: { topic: 'user', partition: 3, offset: 42, timestamp: null },
      },
    ]);
  });

  it('have the timestamp that the broker would have refused, and the time of the rejection', () => {
    const timestamp = NOW + 10 * 3_600_000;
    users.apply(rejection({ ...kafkaRecord('user', 'k', null), timestamp }), true);
    const [user] = users.latest;
    assert.deepEqual([user?.at, user?.source?.timestamp, user?.value], [NOW, timestamp, null]);
  });

  it('say nothing where a record does not, whoever wrote it', () => {
    const headers = [
      header('partition', 'three'),
      header('offset', '-1'),
      { key: '__streams.errors.message', value: null },
    ];
    users.apply({ ...kafkaRecord('user-rejected', 'k', Buffer.from('?')), headers }, true);
    users.apply(kafkaRecord('user-rejected', 'k', Buffer.from('!')), true);
    assert.deepEqual(
      users.latest.map(({ reason, value, source }) => [reason, value, source]),
      [
        [null, '!', null],
        [null, '?', null],
      ],
    );
  });

  it('have the reason of the application, not one that the user came with', () => {
    const headers = [header('message', 'none at all'), header('topic', 'another'), header('offset', '99')];
    users.apply(rejection({ ...kafkaRecord('user', 'k', null), offset: 5, headers }), true);
    const [user] = users.latest;
    assert.deepEqual([user?.reason, user?.source?.topic, user?.source?.offset], ['country: empty', 'user', 5]);
  });

  it('are the last 20, the newest first', () => {
    for (let offset = 0; offset < 50; offset++) {
      users.apply({ ...kafkaRecord('user-rejected', 'k', null), offset, timestamp: NOW + offset }, false);
    }
    assert.deepEqual(
      offsets(),
      Array.from({ length: 20 }, (_none, index) => 49 - index),
    );
  });

  it('are in the order of time where partitions were read one after the other, then in that in which they come', () => {
    const take = (offset: number, timestamp: number, live: boolean): void =>
      users.apply({ ...kafkaRecord('user-rejected', 'k', null), offset, timestamp }, live);
    for (const [offset, timestamp] of [
      [1, 10],
      [2, 30],
      [3, 20],
      [4, 20],
      [5, 40],
      [6, 0],
    ] as const) {
      take(offset, timestamp, false);
    }
    assert.deepEqual(offsets(), [5, 2, 4, 3, 1, 6]);
    // One that says to be of the future does not stay above those that come after it.
    take(7, 1000, true);
    take(8, 5, true);
    assert.deepEqual(offsets(), [8, 7, 5, 2, 4, 3, 1, 6]);
  });

  it('keep a page from growing with what they hold: long texts are cut, at the boundary of a character', () => {
    const long = 'é'.repeat(500_000);
    const topic = header('topic', long);
    const headers = [header('message', `x${long}`), topic, header('partition', '0'), header('offset', '0')];
    for (let i = 0; i < 30; i++) {
      users.apply({ ...kafkaRecord('user-rejected', 'k', Buffer.from(`x${long}`)), headers }, true);
    }
    for (const { reason, value, source } of users.latest) {
      for (const text of [reason, value, source?.topic]) assert.match(String(text), /^x?é+…$/);
    }
    assert.equal(Buffer.byteLength(JSON.stringify(users.latest)) < 30_000, true);
    const zeros = Buffer.alloc(1_000_000);
    for (let i = 0; i < 30; i++) users.apply(kafkaRecord('user-rejected', 'k', zeros), true);
    // Each takes six characters in JSON.
    assert.equal(JSON.stringify(users.latest).length < 100_000, true);
  });

  it('leave whole what just fits, and show bytes that are no text as such', () => {
    for (const text of ['a'.repeat(500), `${'a'.repeat(498)}é`]) {
      users.apply(kafkaRecord('user-rejected', 'k', Buffer.from(text)), true);
      assert.equal(users.latest[0]?.value, text);
    }
    users.apply(kafkaRecord('user-rejected', 'k', Buffer.from([0xff, 0x61, 0xc3])), true);
    assert.equal(users.latest[0]?.value, '\ufffda\ufffd');
  });

  it('are forgotten with the topic', () => {
    users.apply(kafkaRecord('user-rejected', 'k', null), true);
    users.reset();
    assert.deepEqual(users.latest, []);
  });

  const offsets = (): RejectedUser['offset'][] => users.latest.map(({ offset }) => offset);
});

function header(name: string, text: string): { readonly key: string; readonly value: Buffer } {
  return { key: `__streams.errors.${name}`, value: Buffer.from(text) };
}

/** The dead letter of a user whose country is empty. */
function rejection(
  record: ConsumerRecord,
  place: { partition: number; offset: number } = { partition: 0, offset: 0 },
): ConsumerRecord {
  const context = {
    phase: 'processing',
    node: 'clean',
    taskId: '0_0',
    record,
    recordMetadata: record,
    input: null,
  } as const;
  return { topic: 'user-rejected', ...place, ...deadLetter(new Error('country: empty'), context, NOW) };
}
