import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { DEFAULT_TOPICS } from '../../command/users-topics.js';
import { LiveSummary } from '../../topology/live-summary.js';
import { kafkaRecord } from '../monitor/audit-fixture.js';

const START = '2026-05-06T12:00:00.000Z';
const row = (topic: string, value: object) =>
  kafkaRecord(topic, 'k', Buffer.from(JSON.stringify({ windowStart: START, ...value })));

function rejected(exception: string, message: string) {
  const headers = [
    { key: '__streams.errors.message', value: Buffer.from('of the record itself') },
    { key: '__streams.errors.exception', value: Buffer.from(exception) },
    { key: '__streams.errors.message', value: Buffer.from(message) },
  ];
  return { ...kafkaRecord('user-rejected', 'k', Buffer.from('{}')), headers };
}

describe('the table in the terminal', () => {
  it('shows a window when its distinct users are known too', () => {
    const summary = new LiveSummary(DEFAULT_TOPICS);
    summary.add(row('country-count', { country: 'Chile', count: 91 }));
    assert.deepEqual(summary.render(), []);
    summary.add(row('distinct-users', { distinctUsers: 90 }));
    assert.equal(summary.render()[0], `window ${START}: 91 users, 90 distinct, 1 country; 0 windows closed`);
  });

  it('says that a window has closed, and counts each once', () => {
    const summary = new LiveSummary(DEFAULT_TOPICS);
    summary.add(row('country-count', { country: 'Chile', count: 1 }));
    summary.add(row('distinct-users', { distinctUsers: 1 }));
    for (let time = 0; time < 2; time++) summary.add(row('window-summary', {}));
    assert.equal(summary.render()[0], `window ${START} (closed): 1 user, 1 distinct, 1 country; 1 window closed`);
  });

  it('counts rejected users by reason, whatever text was refused, the most frequent first', () => {
    const summary = new LiveSummary(DEFAULT_TOPICS);
    summary.add(row('country-count', { country: 'Chile', count: 1 }));
    summary.add(row('distinct-users', { distinctUsers: 1 }));
    summary.add(rejected('RejectedRecord', 'country: missing'));
    for (const text of ['a', 'b: "c"']) {
      summary.add(rejected('RejectedRecord', `email: not an address such as ada@example.org: ${JSON.stringify(text)}`));
    }
    for (const ms of [3_700_000, 3_800_000, 3_900_000]) {
      summary.add(rejected('TimestampError', `${ms} (${START}) is ${ms} ms ahead of the wall clock`));
    }
    assert.deepEqual(summary.render().slice(-4), [
      '6 users rejected',
      '       3 N (N) is N ms ahead of the wall clock',
      '       2 email: not an address such as ada@example.org',
      '       1 country: missing',
    ]);
  });
});
