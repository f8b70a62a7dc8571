import type { ConsumerRecord } from '../../streams/kafka/record.js';
import { readAll, readEach } from '../broker/read-all.js';
import { auditTotals } from './audit-totals.js';
import { sortedText } from './cleaned-user.js';
import { Differences } from './differences.js';
import type { ExpectedUser, Truth } from './truth.js';

/** Of a value that was cut for its reason, this much is there at least. */
const SHORTEST_CUT = 1_000_000;

/**
 * Compares all that came out, read committed, with what is right. Empty if nothing is lost, doubled, late or otherwise wrong;
 * else a line for each output that is.
 */
export async function verify(brokers: string, auditTopic: string, truth: Truth): Promise<readonly string[]> {
  return [
    ...(await verifyCleaned(brokers, truth)),
    ...verifyRejected(await readAll(brokers, 'user-rejected'), truth),
    ...verifyTable('country-count', await readAll(brokers, 'country-count'), 'count', truth.countryCount),
    ...verifyTable('distinct-users', await readAll(brokers, 'distinct-users'), 'distinctUsers', truth.distinctUsers),
    ...verifySummaries(await readAll(brokers, 'window-summary'), truth),
    ...verifyAudit(await readAll(brokers, auditTopic), truth),
  ];
}

/** Each once and as it must be; where the key did not change, in the partition and the order of the input. */
async function verifyCleaned(brokers: string, { cleaned }: Truth): Promise<readonly string[]> {
  const differences = new Differences('user-cleaned');
  const expected = new Map<
    number,
    { readonly user: ExpectedUser; readonly partition: number; readonly place: number }
  >();
  for (const [partition, users] of cleaned) {
    for (const [place, user] of users.entries()) expected.set(user.id, { user, partition, place });
  }
  const seen = new Map<number, string>();
  const last = new Map<number, number>();
  await readEach(brokers, 'user-cleaned', {}, ({ partition, offset, key, value, timestamp }) => {
    const at = `${partition}@${offset}`;
    const fields = JSON.parse(String(value)) as Record<string, unknown>;
    const id = Number(fields.id);
    const right = expected.get(id);
    const before = seen.get(id);
    seen.set(id, at);
    if (right === undefined) {
      differences.add(() => `user ${id} at ${at} should not be there`);
    } else if (before !== undefined) {
      differences.add(() => `user ${id} at ${at} is there already, at ${before}`);
    } else {
      differences.expect(`key of user ${id}`, String(key), right.user.email);
      // The client can't write 0.
      differences.expect(`timestamp of user ${id}`, timestamp, Math.max(1, right.user.timestamp));
      differences.expect(`user ${id}`, sortedText(fields), right.user.text);
      if (!right.user.keyed) return;
      differences.expect(`partition of user ${id}`, partition, right.partition);
      if (right.place < (last.get(partition) ?? 0)) differences.add(() => `user ${id} at ${at} comes too late`);
      last.set(partition, right.place);
    }
  });
  for (const id of expected.keys()) if (!seen.has(id)) differences.add(() => `user ${id} is missing`);
  return differences.lines;
}

function verifyRejected(records: readonly ConsumerRecord[], { rejected }: Truth): readonly string[] {
  const differences = new Differences('user-rejected');
  const seen = new Set<string>();
  for (const { key, value, headers, partition, offset } of records) {
    const header = (name: string): string =>
      // The last one: the record may have come with such a header.
      String(headers.findLast(candidate => candidate.key === `__streams.errors.${name}`)?.value ?? '');
    const source = `${header('partition')}@${header('offset')}`;
    const place = `${source} at ${partition}@${offset}`;
    const expected = rejected.get(source);
    if (expected === undefined) differences.add(() => `${place} should not be there`);
    else if (seen.has(source)) differences.add(() => `${place} is there twice`);
    else {
      differences.expect(`key of ${place}`, key?.toString('hex'), expected.key?.toString('hex'));
      const whole = expected.value;
      // What would not fit beside the reason is cut, and a header says so.
      const kept = header('cut') === '' ? whole : (whole?.subarray(0, value?.length) ?? null);
      if (kept !== null && kept !== whole && kept.length < SHORTEST_CUT) differences.add(() => `${place} is cut`);
      differences.expect(`value of ${place}`, value?.toString('hex'), kept?.toString('hex'));
      if (header('message') === '') differences.add(() => `${place} has no reason`);
    }
    seen.add(source);
  }
  for (const source of rejected.keys()) if (!seen.has(source)) differences.add(() => `${source} is missing`);
  return differences.lines;
}

function verifyTable(
  topic: string,
  records: readonly ConsumerRecord[],
  field: string,
  expected: ReadonlyMap<string, number>,
): readonly string[] {
  const differences = new Differences(topic);
  differences.compare(tableOf(records, field), expected);
  return differences.lines;
}

/** The last value of each key, one field of it. */
export function tableOf(records: readonly ConsumerRecord[], field: string): ReadonlyMap<string, number> {
  return new Map(
    records.map(({ key, value }) => {
      const row = JSON.parse(String(value)) as Record<string, unknown>;
      return [String(key), Number(row[field])];
    }),
  );
}

/** Each window once. */
function verifySummaries(records: readonly ConsumerRecord[], { summaries }: Truth): readonly string[] {
  const differences = new Differences('window-summary');
  const seen = new Map<string, unknown>();
  for (const { key, value } of records) {
    const window = String(key);
    if (seen.has(window)) differences.add(() => `${window} is there twice: ${String(value)}`);
    else seen.set(window, JSON.parse(String(value)));
  }
  differences.compare<unknown>(seen, summaries);
  return differences.lines;
}

function verifyAudit(records: readonly ConsumerRecord[], truth: Truth): readonly string[] {
  const differences = new Differences('audit');
  const { tasks: _, ...totals } = auditTotals(records);
  const { produced, users: cleaned, rejections: rejected, late } = truth;
  differences.compare<number>(
    new Map(Object.entries(totals)),
    new Map(Object.entries({ in: produced, cleaned, rejected, late, dropped: 0, offsets: produced })),
  );
  return differences.lines;
}
