import assert from 'node:assert/strict';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';
import { SHORT_SESSION, UsersDeployment } from './users-deployment.js';

const WITHIN_MS = 60_000;
const REFUSAL =
  /^WINDOW_SIZE, WINDOW_GRACE: stores [\w, -]+ were kept as window \(size 10000 ms, .* another APPLICATION_ID, or begin again with `npm run reset`$/m;

describeOnBroker('npm run topology with another WINDOW_SIZE, on a real broker', { timeoutMs: 150_000 }, broker => {
  let deployment: UsersDeployment;
  afterEach(() => deployment.close());

  it('ends with one line that names the settings and the remedy, beside a process at work and after it', async () => {
    const environment = { ...SHORT_SESSION, HTTP_PORT: '0', WINDOW_SIZE: '10s' };
    deployment = await UsersDeployment.create({ brokers: broker.address, name: 'windows', environment });
    const working = deployment.start();
    await working.seen(/state RUNNING/);
    const cleaned = () => deployment.cleaned();
    const produce = async (): Promise<void> => {
      const before = await cleaned();
      assert.equal(await deployment.run('producer/main', ['--generate', '50']).ended, 0);
      await until('users are cleaned', WITHIN_MS, cleaned, count => count > before);
    };
    const assertRefused = async (): Promise<void> => {
      const settings = { WINDOW_SIZE: '5m', LOG_LEVEL: 'fatal' };
      const refused = deployment.run('topology/main', [], settings);
      assert.equal(await refused.ended, 2, refused.output());
      assert.match(refused.output(), REFUSAL);
      assert.equal(refused.output().trim().split('\n').length, 1, refused.output());
    };
    await produce();
    await assertRefused();
    await produce();
    assert.equal(working.output().match(/state RUNNING/g)?.length, 1, 'its tasks were taken');
    await deployment.end(working, 'SIGTERM');
    await assertRefused();
    const again = deployment.start();
    await again.seen(/state RUNNING/);
    await produce();
  });

  it('ends all of several processes, which are not started again', async () => {
    const environment = { ...SHORT_SESSION, HTTP_PORT: '0', WINDOW_SIZE: '10s' };
    deployment = await UsersDeployment.create({ brokers: broker.address, name: 'windows', environment });
    const working = deployment.start();
    await working.seen(/state RUNNING/);
    assert.equal(await deployment.run('producer/main', ['--generate', '50']).ended, 0);
    await until(
      'users are cleaned',
      WITHIN_MS,
      () => deployment.cleaned(),
      count => count > 0,
    );
    const refused = deployment.run('topology/main', [], { WINDOW_SIZE: '5m', STREAM_PROCESSES: '2' });
    assert.equal(await refused.ended, 2, refused.output());
    assert.match(refused.output(), REFUSAL);
  });
});
