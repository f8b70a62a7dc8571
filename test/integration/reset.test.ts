import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { topicPartitions } from '../broker/topics.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';
import { SHORT_SESSION, UsersDeployment } from './users-deployment.js';

const USERS = 200;
const WITHIN_MS = 60_000;

describeOnBroker('npm run reset, on a real broker', { timeoutMs: 150_000 }, broker => {
  let deployment: UsersDeployment;
  afterEach(() => deployment.close());

  const environments = {
    classic: SHORT_SESSION,
    consumer: {},
  } as const;

  for (const protocol of ['classic', 'consumer'] as const) {
    it(`refuses while the group has members, shows what it does, and with --yes does it (${protocol})`, async () => {
      const environment = { ...environments[protocol], GROUP_PROTOCOL: protocol, HTTP_PORT: '0' };
      deployment = await UsersDeployment.create({ brokers: broker.address, name: 'reset', environment });
      const { applicationId, stateDir } = deployment;
      const topology = deployment.start();
      await topology.seen(/state RUNNING/);
      assert.equal(await deployment.run('producer/main', ['--generate', String(USERS)]).ended, 0);
      const processed = async (): Promise<number> =>
        (await deployment.records('user-cleaned')).length + (await deployment.records('user-rejected')).length;
      await until('all are processed', WITHIN_MS, processed, count => count === USERS);
      for (const args of [[], ['--yes']]) {
        const refused = deployment.run('topology/reset-main', args);
        assert.equal(await refused.ended, 1);
        assert.match(refused.output(), /(has active members|a process uses)/);
      }
      // Another machine, without the state: the broker alone knows of the members.
      const elsewhere = deployment.run('topology/reset-main', ['--yes'], {
        STATE_DIR: path.join(stateDir, 'elsewhere'),
      });
      assert.equal(await elsewhere.ended, 1);
      assert.match(elsewhere.output(), new RegExp(`^group ${applicationId} has active members: .*\n$`));
      await deployment.end(topology, 'SIGTERM');
      const shown = await until(
        'its session has ended',
        WITHIN_MS,
        async () => {
          const reset = deployment.run('topology/reset-main');
          return { status: await reset.ended, output: reset.output() };
        },
        ({ status }) => status === 0,
      );
      assert.match(shown.output, /^committed offset of user-0: \d+ becomes 0$/m);
      assert.match(shown.output, new RegExp(`^internal topic ${applicationId}-audit: deleted$`, 'm'));
      assert.match(shown.output, new RegExp(`^state directory ${stateDir}/${applicationId}: deleted$`, 'm'));
      assert.match(shown.output, /Nothing was changed: --yes does it\.\n$/);
      assert.ok(existsSync(path.join(stateDir, applicationId)));
      const done = deployment.run('topology/reset-main', ['--yes']);
      assert.equal(await done.ended, 0, done.output());
      assert.equal(existsSync(path.join(stateDir, applicationId)), false);
      const left = [...(await topicPartitions(broker.address)).keys()].filter(name => name.startsWith(applicationId));
      assert.deepEqual(left, []);
      deployment.start();
      await until('all are processed again', WITHIN_MS, processed, count => count === 2 * USERS);
      const cleaned = (await deployment.records('user-cleaned')).length / 2;
      // The tables count each user once: they began again.
      await until(
        'the tables are whole',
        WITHIN_MS,
        async () => {
          const rows = await deployment.records('country-count');
          const counts = new Map(
            rows.map(({ key, value }) => [String(key), JSON.parse(String(value)).count as number]),
          );
          return [...counts.values()].reduce((sum, count) => sum + count, 0);
        },
        sum => sum === cleaned,
      );
    });
  }
});
