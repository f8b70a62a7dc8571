import assert from 'node:assert/strict';
import path from 'node:path';
import type { ProcessStatus } from '../../streams/index.js';
import { CHECKOUT } from '../broker/checkout.js';
import { parseExposition, type ScrapedMetric } from '../metrics/exposition.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';
import { type ServingProcess, UsersDeployment } from './users-deployment.js';

const SAMPLE = path.join(CHECKOUT, 'producer', 'sample-users.json');
/** Of the sample. */
const USERS = 1000;
const CLEAN = 950;
const DISTINCT_AT_LEAST = 900;

interface Page {
  readonly entries: readonly { readonly key: string; readonly value: unknown }[];
  readonly next: string | null;
}

describeOnBroker('HTTP of the users application on a real broker', { timeoutMs: 120_000 }, broker => {
  let application: UsersDeployment;
  /** Together they have all tasks, and all that was produced is processed. */
  let first: ServingProcess;
  let second: ServingProcess;
  let counts: Page['entries'];

  before(async () => {
    application = await UsersDeployment.create({
      brokers: broker.address,
      name: 'users-http-test',
      environment: {
        WINDOW_SIZE: '1h',
        HTTP_PORT: '0',
      },
    });
    first = await application.startServing();
    second = await application.startServing();
    await ready(first, second);
    const producer = application.run('producer/main', [SAMPLE]);
    assert.equal(await producer.ended, 0, producer.output());
    counts = await complete(first.at);
  });

  after(async () => {
    await application?.close();
  });

  const ready = (...processes: readonly ServingProcess[]): Promise<unknown> =>
    until(
      'the processes are ready, each with tasks',
      60_000,
      () => Promise.all(processes.map(async ({ at }) => [await statusOf(`${at}/readyz`), (await tasksOf(at)).length])),
      seen => seen.every(([status, tasks]) => status === 200 && tasks !== 0),
    );

  const tasksOf = async (at: string): Promise<ProcessStatus['tasks']> =>
    ((await json(`${at}/status`)) as ProcessStatus).tasks;

  it('serves every store at every process', async () => {
    assert.deepEqual(await all(second.at, 'country-count', 7), counts);
    const seen = await all(first.at, 'seen-users', 1000);
    assert.ok(seen.length >= DISTINCT_AT_LEAST);
    assert.deepEqual(await all(second.at, 'seen-users', 1000), seen);
    await until(
      'distinct users are counted as often as they were seen',
      30_000,
      async () => sum((await all(first.at, 'distinct-users', 100)).map(({ value }) => Number(value))),
      distinct => distinct === seen.length,
    );
    for (const country of new Set(counts.map(({ key }) => key))) {
      const query = `/stores/country-count/${encodeURIComponent(country)}`;
      const expected = counts.filter(({ key }) => key === country);
      for (const { at } of [first, second]) assert.deepEqual(await json(at + query), { entries: expected, next: null });
    }
  });

  it('serves every store at the monitor too', async () => {
    const monitor = application.run('monitor/main');
    const [, port] = await monitor.seen(/http on 127\.0\.0\.1 port (\d+)/);
    const at = `http://127.0.0.1:${port}`;
    await until(
      'the monitor knows a process that runs',
      30_000,
      () => statusOf(`${at}/stores`),
      status => status === 200,
    );
    const names = counted(await json(`${at}/stores`));
    assert.ok(names.includes('country-count 4'), `${names}`);
    assert.deepEqual(names, counted(await json(`${first.at}/stores`)));
    assert.deepEqual(await all(at, 'country-count', 7), counts);
    const [key = ''] = counts.map(entry => entry.key);
    const query = `/stores/country-count/${encodeURIComponent(key)}`;
    assert.deepEqual(await json(at + query), await json(first.at + query));
    assert.equal(await statusOf(`${at}/stores/none`), 404);
    assert.equal(await application.end(monitor, 'SIGTERM'), 0);
  });

  it('counts in the metrics what went through all processes', async () => {
    const scrapes = await Promise.all(
      [first, second].map(async ({ at }) => parseExposition(await (await fetch(`${at}/metrics`)).text())),
    );
    const total = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
      sum(scrapes.flatMap(scrape => values(scrape, `kafka_streams_stream_${name}`, labels)));
    assert.equal(total('task_metrics_process_total'), USERS);
    assert.equal(total('topic_metrics_records_consumed_total', { topic_name: 'user' }), USERS);
    assert.equal(total('topic_metrics_records_produced_total', { topic_name: 'user-cleaned' }), CLEAN);
    assert.equal(total('task_metrics_dead_letter_records_total'), USERS - CLEAN);
    assert.equal(total('task_metrics_late_records_total'), 0);
  });

  it('says that a process is gone after kill -9, and serves everything again when it is back elsewhere', async () => {
    await application.end(second.command, 'SIGKILL');
    const refused = await fetch(`${first.at}/stores/country-count?limit=1000`);
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
    assert.deepEqual(await refused.json(), { error: `${new URL(second.at).host} gave no answer` });
    const again = await application.startServing();
    await ready(first, again);
    assert.deepEqual(await complete(first.at), counts);
    assert.deepEqual(await all(again.at, 'country-count', 1000), counts);
  });

  it('ends with the process', async () => {
    assert.equal(await application.end(first.command, 'SIGTERM'), 0);
    await assert.rejects(fetch(`${first.at}/healthz`));
  });

  /** The table of countries when all users are in it. */
  const complete = (at: string): Promise<Page['entries']> =>
    until(
      'all users are counted',
      60_000,
      async () => ((await statusOf(`${at}/stores/country-count`)) === 200 ? await all(at, 'country-count', 100) : []),
      entries => sum(entries.map(({ value }) => Number(value))) === CLEAN,
    );
});

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return await response.json();
}

/** The names of a list of stores, with the number of partitions that have a process. */
function counted(list: unknown): readonly string[] {
  const { stores } = list as { stores: { name: string; partitions: { host: string | null }[] }[] };
  return stores.map(({ name, partitions }) => `${name} ${partitions.filter(({ host }) => host !== null).length}`);
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

/** Every entry of a store, in pages of `limit`. */
async function all(at: string, store: string, limit: number): Promise<Page['entries']> {
  const entries: Page['entries'][number][] = [];
  let after = '';
  for (;;) {
    const page = (await json(`${at}/stores/${store}?limit=${limit}${after}`)) as Page;
    entries.push(...page.entries);
    if (page.next === null) return entries;
    after = `&after=${page.next}`;
  }
}

function values(
  scrape: ReadonlyMap<string, ScrapedMetric>,
  name: string,
  wanted: Readonly<Record<string, string>>,
): readonly number[] {
  const samples = scrape.get(name)?.samples ?? [];
  return samples
    .filter(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
    .map(({ value }) => value);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
