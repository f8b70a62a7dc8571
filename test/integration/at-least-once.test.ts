import assert from 'node:assert/strict';
import { GROUP_PROTOCOLS } from '../../streams/kafka/group-protocol.js';
import { expectedTables, type SentUser, sum, tableOf } from './expected-tables.js';
import { describeOnBroker } from './on-broker.js';
import { recordOf, sendRecords, someUsers } from './sent-users.js';
import { until } from './until.js';
import { SHORT_SESSION, UsersDeployment } from './users-deployment.js';

const WINDOW_MS = 2000;
/** Timestamps are ahead of the wall clock: no pause makes them late. */
const LEAD_MS = 120_000;
const USERS = 3000;
const TAKES_MS = 90_000;

for (const protocol of GROUP_PROTOCOLS) {
  describeOnBroker(
    `the users application with at_least_once and the ${protocol} protocol, on a real broker`,
    { timeoutMs: 180_000 },
    broker => {
      let application: UsersDeployment;

      before(async () => {
        application = await UsersDeployment.create({
          brokers: broker.address,
          name: 'at-least-once-test',
          environment: {
            PROCESSING_GUARANTEE: 'at_least_once',
            GROUP_PROTOCOL: protocol,
            COMMIT_INTERVAL_MS: '1000',
            WINDOW_SIZE: `${WINDOW_MS}ms`,
            WINDOW_GRACE: '1s',
            IDLE_TIMEOUT: '1s',
            LOG_LEVEL: 'debug',
            ...(protocol === 'classic' ? SHORT_SESSION : {}),
          },
        });
      });

      after(async () => {
        await application?.close();
      });

      const counted = async (): Promise<Map<string, number>> =>
        tableOf(await application.records('country-count'), 'count');
      const send = async (users: readonly SentUser[]): Promise<void> =>
        sendRecords(broker.address, users.map(recordOf));

      it('counts each user once while no process dies, and at least once when one does', async () => {
        const first = application.start();
        await first.seen(/state RUNNING/);
        const users = someUsers(4 * USERS, Date.now() + LEAD_MS);
        const part = (number: number): readonly SentUser[] => users.slice(number * USERS, (number + 1) * USERS);
        await send(part(0));
        const second = application.start();
        await second.seen(/country-count restored[\s\S]*country-count restored/);
        await send(part(1));
        await until(
          'two parts are counted',
          TAKES_MS,
          async () => sum(await counted()),
          count => count >= 2 * USERS,
        );
        assert.equal(await application.end(second, 'SIGTERM'), 0);
        await send(part(2));
        await until(
          'three parts are counted',
          TAKES_MS,
          async () => sum(await counted()),
          count => count >= 3 * USERS,
        );
        assert.deepEqual(await counted(), expectedTables(users.slice(0, 3 * USERS), WINDOW_MS).countryCount);
        assert.equal(await application.cleaned(), 3 * USERS);

        await send(part(3));
        await until(
          'more is cleaned',
          TAKES_MS,
          () => application.cleaned(),
          count => count > 3 * USERS,
        );
        assert.equal(await application.end(first, 'SIGKILL'), 'SIGKILL');
        const again = application.start();
        const { countryCount } = expectedTables(users, WINDOW_MS);
        const counts = await until('all is counted', TAKES_MS, counted, table =>
          [...countryCount].every(([key, count]) => (table.get(key) ?? 0) >= count),
        );
        assert.deepEqual([...counts.keys()].sort(), [...countryCount.keys()].sort());
        assert.deepEqual(await emails(), new Set(users.map(({ email }) => email)));
        assert.doesNotMatch(again.output(), /rebuilt/);
        assert.equal(await application.end(again, 'SIGTERM'), 0);
      });

      const emails = async (): Promise<Set<string>> =>
        new Set((await application.records('user-cleaned')).map(({ key }) => String(key)));
    },
  );
}
