import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { GroupProtocol } from '../../streams/index.js';
import { auditTotals } from '../chaos/audit-totals.js';
import type { RunningCommand } from '../topology/command.js';
import { expectedTables, type SentUser, sum, tableOf } from './expected-tables.js';
import { describeOnBroker } from './on-broker.js';
import { recordOf, sendRecords, someUsers } from './sent-users.js';
import { until } from './until.js';
import { UsersDeployment } from './users-deployment.js';

const WINDOW_MS = 2000;
const ALL_TASKS = ['0_0', '0_1', '0_2', '0_3'];
/** Timestamps are ahead of the wall clock: where a partition moves, no silence makes them late. */
const LEAD_MS = 120_000;
const SEND_AT_ONCE = 200;
const SEND_EVERY_MS = 200;
/** A session of a broker's defaults, and more. */
const TAKES_OVER_MS = 90_000;

describeOnBroker(
  'the users application with GROUP_PROTOCOL=consumer on a real broker',
  { timeoutMs: 240_000 },
  broker => {
    let application: UsersDeployment;

    beforeEach(async () => {
      application = await UsersDeployment.create({
        brokers: broker.address,
        name: 'group-protocol-test',
        environment: { WINDOW_SIZE: `${WINDOW_MS}ms`, WINDOW_GRACE: '1s', IDLE_TIMEOUT: '1s', LOG_LEVEL: 'debug' },
      });
    });

    afterEach(() => application?.close());
    const start = (protocol: GroupProtocol = 'consumer'): RunningCommand =>
      application.start({ GROUP_PROTOCOL: protocol });
    const restored = (topology: RunningCommand, what: string, tasks: readonly string[]): Promise<readonly string[]> =>
      until(
        what,
        TAKES_OVER_MS,
        async () => restoredTasks(topology.output()),
        seen => seen.length >= tasks.length,
      );
    const cleaned = (): Promise<number> => application.cleaned();

    const assertTables = async (users: readonly SentUser[]): Promise<void> => {
      const { countryCount, distinctUsers } = expectedTables(users, WINDOW_MS);
      // What a killed process left open hides what lies after it, in each topic by itself.
      await until('all is cleaned', TAKES_OVER_MS, cleaned, count => count >= users.length);
      await until('all is counted', TAKES_OVER_MS, countsOf, count => count >= users.length);
      await until('all windows are there', TAKES_OVER_MS, distinctOf, count => count >= sum(distinctUsers));
      await until('all is audited', TAKES_OVER_MS, auditedOf, count => count >= users.length);
      assert.deepEqual(tableOf(await application.records('country-count'), 'count'), countryCount);
      assert.deepEqual(tableOf(await application.records('distinct-users'), 'distinctUsers'), distinctUsers);
      const { in: taken, cleaned: out, rejected, late, offsets } = auditTotals(await application.audit());
      assert.deepEqual(
        { taken, out, rejected, late, unaccounted: offsets - out - rejected },
        { taken: users.length, out: users.length, rejected: 0, late: 0, unaccounted: 0 },
      );
      assert.equal(await cleaned(), users.length);
    };
    const countsOf = async (): Promise<number> => sum(tableOf(await application.records('country-count'), 'count'));
    const distinctOf = async (): Promise<number> =>
      sum(tableOf(await application.records('distinct-users'), 'distinctUsers'));
    const auditedOf = async (): Promise<number> => auditTotals(await application.audit()).offsets;

    it('gives the right tables with one process, also when that was killed and has its place again', async () => {
      const users = someUsers(8000, Date.now() + LEAD_MS);
      const first = start();
      await restored(first, 'all tasks run', ALL_TASKS);
      const sending = sendRecords(broker.address, users.map(recordOf));
      await until('some are cleaned', 60_000, cleaned, count => count > 500);
      assert.equal(await application.end(first, 'SIGKILL'), 'SIGKILL');
      await sending;
      const again = start();
      await restored(again, 'all tasks run again', ALL_TASKS);
      await assertTables(users);
      assert.doesNotMatch(again.output(), /rebuilt/);
      assert.equal(await application.end(again, 'SIGTERM'), 0);
    });

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`moves only what has to move when a second process comes and, by ${signal}, goes, while records flow`, async () => {
        const flow = new Flow(broker.address);
        const first = start();
        await restored(first, 'the first has all tasks', ALL_TASKS);
        const sending = flow.run();
        await until('some are cleaned', 60_000, cleaned, count => count > 500);
        const second = start();
        const moved = [...(await restored(second, 'the second has its share', ['', '']))].sort();
        const share = await cleaned();
        await until('more is cleaned', 60_000, cleaned, count => count > share + 500);
        assert.equal(moved.length, 2);

        assert.equal(await application.end(second, signal), signal === 'SIGTERM' ? 0 : 'SIGKILL');
        await until(
          'the first has them back',
          TAKES_OVER_MS,
          async () => restoredTasks(first.output()).slice(ALL_TASKS.length),
          back => moved.every(task => back.includes(task)),
        );
        flow.stop();
        await assertTables(await sending);
        assert.deepEqual(
          replayedTasks(first.output()).filter(task => !moved.includes(task)),
          [],
        );
        assert.deepEqual([...restoredTasks(second.output())].sort(), moved);
        assert.doesNotMatch(first.output(), /transaction aborted|worker stopped|can't run/);
        assert.equal(await application.end(first, 'SIGTERM'), 0);
      });
    }

    it('is switched, and switched back, by restarting one process after the other, while records flow', async () => {
      const flow = new Flow(broker.address);
      let first = start('classic');
      await restored(first, 'the first has all tasks', ALL_TASKS);
      let second = start('classic');
      await restored(second, 'the second has its share', ['', '']);
      const sending = flow.run();
      for (const protocol of ['consumer', 'classic'] as const) {
        assert.equal(await application.end(second, 'SIGTERM'), 0);
        second = start(protocol);
        await restored(second, `the second is back with ${protocol}`, ['', '']);
        assert.equal(await application.end(first, 'SIGTERM'), 0);
        first = start(protocol);
        await restored(first, `the first is back with ${protocol}`, ['', '']);
      }
      flow.stop();
      await assertTables(await sending);
      for (const topology of [first, second]) assert.equal(await application.end(topology, 'SIGTERM'), 0);
    });
  },
);

/** Tasks in the order in which they came; those that come back without having been closed are not among them. */
function restoredTasks(log: string): readonly string[] {
  return [...log.matchAll(/task (\d_\d): country-count restored/g)].map(([, task]) => task ?? '');
}

/** The same, of those that had missed something: a task that was only closed and opened again has not. */
function replayedTasks(log: string): readonly string[] {
  return [...log.matchAll(/task (\d_\d): country-count restored, [1-9]/g)].map(([, task]) => task ?? '');
}

/** Users that are sent bit by bit. */
class Flow {
  readonly #address: string;
  #stopped = false;

  constructor(address: string) {
    this.#address = address;
  }

  /** Resolves, after `stop`, with all that were sent. */
  async run(): Promise<readonly SentUser[]> {
    const users = someUsers(50_000, Date.now() + LEAD_MS);
    let sent = 0;
    while (!this.#stopped && sent < users.length) {
      await sendRecords(this.#address, users.slice(sent, sent + SEND_AT_ONCE).map(recordOf));
      sent += SEND_AT_ONCE;
      await delay(SEND_EVERY_MS);
    }
    return users.slice(0, sent);
  }

  stop(): void {
    this.#stopped = true;
  }
}
