import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AuditTable } from '../../streams/audit/audit-table.js';
import type { Checkpoint } from '../../streams/audit/checkpoint.js';
import type { WindowSummary } from '../../topology/window-summary.js';
import type { RunningCommand } from '../topology/command.js';
import { type ExpectedTables, expectedTables, type SentUser, sum, tableOf } from './expected-tables.js';
import { describeOnBroker } from './on-broker.js';
import { type InputRecord, recordOf, sendRecords, someUsers } from './sent-users.js';
import { until } from './until.js';
import { SHORT_SESSION, UsersDeployment } from './users-deployment.js';

const WINDOW_MS = 2000;

describeOnBroker('the users application on a real broker', { timeoutMs: 120_000 }, broker => {
  let application: UsersDeployment;

  beforeEach(async () => {
    application = await UsersDeployment.create({
      brokers: broker.address,
      name: 'users-test',
      environment: { WINDOW_SIZE: `${WINDOW_MS}ms`, WINDOW_GRACE: '1s', IDLE_TIMEOUT: '1s', ...SHORT_SESSION },
    });
  });

  afterEach(() => application?.close());
  /** A process of the topology that runs. */
  const start = async (): Promise<RunningCommand> => {
    const topology = application.start();
    await topology.seen(/state RUNNING/);
    return topology;
  };
  const send = (records: readonly InputRecord[]): Promise<void> => sendRecords(broker.address, records);
  const cleaned = (what: string, condition: (count: number) => boolean): Promise<number> =>
    until(what, 60_000, () => application.cleaned(), condition);
  const summaries = async (): Promise<WindowSummary[]> =>
    (await application.records('window-summary')).map(({ value }) => JSON.parse(String(value)) as WindowSummary);

  /** The last one of each task. */
  const auditRecords = async (): Promise<Checkpoint[]> => {
    const records = await application.audit();
    const table = new AuditTable();
    for (const record of records) table.apply(record);
    return [...table.tasks.values()];
  };

  const assertTables = async (expected: ExpectedTables): Promise<void> => {
    await until(
      'all windows close',
      60_000,
      async () => (await summaries()).length,
      count => count >= expected.summaries.length,
    );
    await until(
      'all tables are complete',
      60_000,
      async () => sum(tableOf(await application.records('country-count'), 'count')),
      count => count >= sum(expected.countryCount),
    );
    assert.deepEqual(
      (await auditRecords()).map(({ counts }) => counts.late),
      [0, 0, 0, 0],
    );
    const byStart = (a: WindowSummary, b: WindowSummary): number => (a.windowStart < b.windowStart ? -1 : 1);
    assert.deepEqual((await summaries()).sort(byStart), expected.summaries);
    assert.deepEqual(tableOf(await application.records('country-count'), 'count'), expected.countryCount);
    assert.deepEqual(tableOf(await application.records('distinct-users'), 'distinctUsers'), expected.distinctUsers);
  };

  it('gives the same tables as an independent count, after kill -9 in the middle and with the state it had', async () => {
    let topology = await start();
    const users = someUsers(20_000, Date.now());
    const sending = send(users.map(recordOf));
    await cleaned('some are cleaned', count => count > 2000);
    await application.end(topology, 'SIGKILL');
    const instance = await identity(application);
    await sending;

    topology = await start();
    await assertTables(expectedTables(users, WINDOW_MS));
    assert.equal(await application.cleaned(), users.length);
    assert.deepEqual(await application.records('user-rejected'), []);
    assert.equal(await identity(application), instance);
    assert.doesNotMatch(topology.output(), /rebuilt/);
    assert.equal(await application.end(topology, 'SIGTERM'), 0);
  });

  it('goes on with its tables after an orderly restart, and restores nothing that it has on disk', async () => {
    let topology = await start();
    const first = someUsers(3000, Date.now());
    await send(first.map(recordOf));
    await cleaned('the first are cleaned', count => count === first.length);
    assert.equal(await application.end(topology, 'SIGTERM'), 0);

    topology = await start();
    assert.doesNotMatch(topology.output(), /[1-9]\d* changelog records replayed/);
    const second = someUsers(3000, Date.now());
    await send(second.map(recordOf));
    await assertTables(expectedTables([...first, ...second], WINDOW_MS));
    assert.equal(await application.end(topology, 'SIGTERM'), 0);
  });

  it('shares its tasks with a second process, which has a slot of its own, and takes them back when that has ended', async () => {
    const first = await start();
    const before = someUsers(3000, Date.now());
    await send(before.map(recordOf));
    await cleaned('the first are cleaned', count => count === before.length);
    const second = await start();
    assert.match(
      second.output(),
      new RegExp(`state in ${path.join(application.stateDir, application.applicationId, '1')}"`),
    );
    const shared = someUsers(3000, Date.now());
    await send(shared.map(recordOf));
    await cleaned('the next are cleaned', count => count === before.length + shared.length);
    assert.equal(await application.end(second, 'SIGTERM'), 0);
    const after = someUsers(3000, Date.now());
    await send(after.map(recordOf));
    await cleaned('the last are cleaned', count => count === 9000);
    const { countryCount, distinctUsers } = expectedTables([...before, ...shared, ...after], WINDOW_MS);
    await until(
      'the counts are complete',
      30_000,
      async () => sum(tableOf(await application.records('country-count'), 'count')),
      count => count >= sum(countryCount),
    );
    assert.deepEqual(tableOf(await application.records('country-count'), 'count'), countryCount);
    assert.deepEqual(tableOf(await application.records('distinct-users'), 'distinctUsers'), distinctUsers);
    assert.equal(await application.end(first, 'SIGTERM'), 0);
  });

  it('is kept running in several processes by one command, also when one of them dies', async () => {
    const command = application.start({ STREAM_PROCESSES: '2' });
    const runs = (times: number): Promise<string> =>
      until(
        `state RUNNING, ${times} times`,
        60_000,
        async () => command.output(),
        log => (log.match(/state RUNNING/g) ?? []).length >= times,
      );
    await runs(2);
    const users = someUsers(6000, Date.now());
    const sending = send(users.map(recordOf));
    await cleaned('some are cleaned', count => count > 500);
    const [pid] = [...command.output().matchAll(/"pid":(\d+)[^\n]*state RUNNING/g)].map(([, id]) => Number(id));
    assert.ok(pid !== undefined && pid !== command.child.pid);
    process.kill(pid, 'SIGKILL');
    await sending;
    await assertTables(expectedTables(users, WINDOW_MS));
    assert.match(command.output(), /a stream process ended with 128, the next one follows in 1000 ms/);
    assert.equal(await application.end(command, 'SIGTERM'), 0);
  });

  it('keeps what it refuses, with the reason, and goes on', async () => {
    const topology = await start();
    const good = someUsers(100, Date.now());
    const bad = badRecords(Date.now());
    const odd = oddRecords(good.slice(90));
    await send([...good.slice(0, 50).map(recordOf), ...bad, ...good.slice(50, 90).map(recordOf), ...odd]);
    await assertTables(expectedTables(good, WINDOW_MS));
    const rejected = await application.records('user-rejected');
    const reasons = rejected.map(({ value, headers }) => [
      value?.toString('hex') ?? null,
      header(headers, 'message'),
      header(headers, 'topic'),
    ]);
    assert.deepEqual(
      new Map(reasons.map(([value, reason]) => [value, reason])),
      new Map(bad.map(({ value, reason }) => [value?.toString('hex') ?? null, reason])),
    );
    assert.equal(rejected.length, bad.length);
    assert.ok(reasons.every(([, , topic]) => topic === 'user'));
    assert.equal(await application.cleaned(), good.length);
    assert.equal(await application.end(topology, 'SIGTERM'), 0);
  });
});

function badRecords(timestamp: number): (InputRecord & { readonly reason: string })[] {
  const user = { email: 'a@b.c', country: 'Chile', gender: 'Male', date: '06/05/2018', ip_address: '10.0.0.1' };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const bad: [Buffer | null, string][] = [
    [Buffer.from('not JSON'), 'value: not JSON'],
    [null, 'value: null (tombstone)'],
    [json(null), 'value: null instead of an object'],
    [json([user]), 'value: array instead of an object'],
    [
      json({ ...user, date: '31/02/2018' }),
      'date: not a day of the calendar as dd/MM/yyyy, d/M/yyyy, yyyy-MM-dd or yyyy/MM/dd: "31/02/2018"',
    ],
    [json({ ...user, ip_address: '1.2.3' }), 'ip_address: not four numbers from 0 to 255 such as 192.0.2.1: "1.2.3"'],
    [
      json({ ...user, ip_address: '256.1.1.1' }),
      'ip_address: not four numbers from 0 to 255 such as 192.0.2.1: "256.1.1.1"',
    ],
    [json({ ...user, email: 'nobody' }), 'email: not an address such as ada@example.org: "nobody"'],
    [json({ ...user, country: 7 }), 'country: number instead of a string'],
    [json({ email: 'a@b.c', date: '06/05/2018', ip_address: '10.0.0.1' }), 'country: missing'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'value: not UTF-8'],
    [json('x'.repeat(1_047_000)), 'value: string instead of an object'],
    [
      json({ ...user, country: 'x'.repeat(1_000_000) }),
      `country: not a name of at most 200 characters of valid Unicode: "${'x'.repeat(100)}..."`,
    ],
  ];
  return bad.map(([value, reason], i) => ({ key: i % 2 === 0 ? null : Buffer.from('key'), value, timestamp, reason }));
}

/** Records that look wrong and are not. */
function oddRecords(users: readonly SentUser[]): InputRecord[] {
  return users.map((user, i) => {
    const record = recordOf(user);
    const json = String(record.value).slice(0, -1);
    if (i % 3 === 0) return { ...record, key: null };
    if (i % 3 === 1) return { ...record, value: Buffer.from(`${json},"__proto__":{"admin":true}}`) };
    return { ...record, value: Buffer.from(`${json},"note":"${'x'.repeat(1_040_000)}"}`) };
  });
}

/** What shows that the directory is the one it was: LevelDB's log of the slot's identity. */
async function identity({ stateDir, applicationId }: UsersDeployment): Promise<string> {
  const current = await readFile(path.join(stateDir, applicationId, '0', 'instance', 'CURRENT'), 'utf8');
  assert.match(current, /MANIFEST/);
  return path.join(stateDir, applicationId, '0');
}

function header(
  headers: readonly { readonly key: string; readonly value: Buffer | null }[],
  name: string,
): string | undefined {
  return headers.find(({ key }) => key === `__streams.errors.${name}`)?.value?.toString();
}
