import assert from 'node:assert/strict';
import path from 'node:path';
import type { ProcessStatus } from '../../streams/index.js';
import { CHECKOUT } from '../broker/checkout.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';
import { SHORT_SESSION, UsersDeployment } from './users-deployment.js';

const SAMPLE = path.join(CHECKOUT, 'producer', 'sample-users.json');
/** Of the sample, what is clean. */
const CLEAN = 950;
const RESTORED = /task \S+: (\S+) restored, (\d+) changelog records replayed/g;
const TASKS = ['0_0', '0_1', '0_2', '0_3'];

describeOnBroker('hot standbys of the users application on a real broker', { timeoutMs: 120_000 }, broker => {
  let application: UsersDeployment;

  before(async () => {
    application = await UsersDeployment.create({
      brokers: broker.address,
      name: 'users-standby-test',
      environment: {
        WINDOW_SIZE: '1h',
        HTTP_PORT: '0',
        STANDBY_REPLICAS: '1',
        LOG_LEVEL: 'debug',
        ...SHORT_SESSION,
      },
    });
  });

  after(async () => {
    await application?.close();
  });

  it('answer while the process that had the tasks is dead, and then take them over with nothing to replay', async () => {
    const [first, second] = [await application.startServing(), await application.startServing()];
    await until(
      'each has tasks',
      60_000,
      () => Promise.all([first, second].map(async ({ at }) => (await statusOf(at)).tasks.length)),
      counts => counts.every(count => count > 0) && sum(counts) === TASKS.length,
    );
    const producer = application.run('producer/main', [SAMPLE]);
    assert.equal(await producer.ended, 0, producer.output());
    await until(
      'all users are counted',
      60_000,
      () => countries(first.at),
      entries => countOf(entries) === CLEAN,
    );
    const counted = await countries(first.at);
    await until(
      'the standbys have all that is counted',
      60_000,
      async () => [await statusOf(first.at), await countries(first.at, 'stale=true')] as const,
      ([{ tasks, standbys }, stale]) => tasks.length + standbys.length === TASKS.length && countOf(stale) === CLEAN,
    );

    await application.end(second.command, 'SIGKILL');
    assert.equal((await fetch(`${first.at}/stores/country-count?limit=1000`)).status, 503);
    assert.deepEqual(await countries(first.at, 'stale=true'), counted);

    const before = first.command.output().length;
    const { tasks } = await until(
      'the other one has taken all tasks',
      60_000,
      () => statusOf(first.at),
      ({ state, tasks: taken }) => state === 'RUNNING' && taken.length === TASKS.length,
    );
    assert.deepEqual(
      tasks.map(({ id }) => id),
      TASKS,
    );
    const restored = [...first.command.output().slice(before).matchAll(RESTORED)];
    const ofStores = restored.filter(([, store]) => store !== '__audit');
    assert.ok(ofStores.length > 0);
    assert.deepEqual(
      ofStores.filter(([, , replayed]) => replayed !== '0'),
      [],
    );
    assert.deepEqual(await countries(first.at), counted);
  });

  const statusOf = async (at: string): Promise<ProcessStatus> => (await json(`${at}/status`)) as ProcessStatus;

  /** Those of all partitions; none while some of them can't be read. */
  const countries = async (at: string, more = ''): Promise<readonly Entry[]> => {
    const response = await fetch(`${at}/stores/country-count?limit=1000&${more}`);
    const page = (await response.json()) as { readonly entries?: readonly Entry[] };
    return page.entries ?? [];
  };
});

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return await response.json();
}

function countOf(entries: readonly Entry[]): number {
  return sum(entries.map(({ value }) => Number(value)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
