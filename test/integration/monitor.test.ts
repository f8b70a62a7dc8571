import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Snapshot } from '../../monitor/snapshot.js';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { type KafkaBroker, kafkaAvailable, startKafka } from '../broker/kafka-broker.js';
import { deleteTopics, topicPartitions } from '../broker/topics.js';
import { parseExposition } from '../metrics/exposition.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { until } from './until.js';

const APPLICATION = 'users-monitor-test';
const USERS = 60_000;
const CLEAN = 54_000;
const COUNTERS = ['users_produced', 'users_cleaned', 'users_rejected', 'users_late'];

/** One scrape: of metrics with several samples, their sum. */
type Scrape = ReadonlyMap<string, number>;

describe('the monitor on a real broker', function () {
  this.timeout(180_000);
  const available = kafkaAvailable();
  if (!available.available) {
    it.skip(`skipped: ${available.reason}`);
    return;
  }
  /** One of its own: it is killed. */
  let broker: KafkaBroker;
  let stateDir: string;
  const running = new Set<RunningCommand>();

  before(async () => {
    broker = await startKafka();
    stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-monitor-test-'));
  });

  afterEach(async () => {
    for (const command of running) await end(command, 'SIGKILL');
  });

  after(async () => {
    await broker?.stop();
    if (stateDir !== undefined) await rm(stateDir, { recursive: true, force: true });
  });

  const run = (program: string): RunningCommand => {
    const command = runCommand(program, [], {
      KAFKA_BROKERS: broker.address,
      APPLICATION_ID: APPLICATION,
      STATE_DIR: stateDir,
      WINDOW_SIZE: '2s',
      WINDOW_GRACE: '1s',
      IDLE_TIMEOUT: '1s',
      HTTP_PORT: '0',
    });
    running.add(command);
    return command;
  };
  const end = async (command: RunningCommand, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> => {
    running.delete(command);
    command.child.kill(signal);
    return await command.ended;
  };
  const startMonitor = async (): Promise<{ readonly command: RunningCommand; readonly at: string }> => {
    const command = run('monitor/main');
    const [, port] = await command.seen(/http on 127\.0\.0\.1 port (\d+)/);
    return { command, at: `http://127.0.0.1:${port}` };
  };
  const startTopology = async (): Promise<RunningCommand> => {
    const command = run('topology/main');
    await command.seen(/state RUNNING/);
    return command;
  };

  it('accounts for every record at each moment, through kill -9', async () => {
    const { command: monitor, at } = await startMonitor();
    await until(
      'the cluster answers',
      20_000,
      () => scrape(at),
      metrics => metrics.get('tributary_cluster_up') === 1,
    );
    let topology = await startTopology();
    await until(
      'it reads the audit',
      20_000,
      () => scrape(at),
      metrics => metrics.has('users_unaccounted'),
    );
    const scrapes: Scrape[] = [];
    const watch = async (): Promise<Scrape> => {
      const metrics = await scrape(at);
      scrapes.push(metrics);
      return metrics;
    };
    const sending = send(broker.address, USERS);
    await until('some are cleaned', 60_000, watch, metrics => (metrics.get('users_cleaned') ?? 0) > 1000);
    await end(topology, 'SIGKILL');
    await sending;
    const dead = await until(
      'the process is missed',
      20_000,
      watch,
      metrics => metrics.get('tributary_process_up') === 0,
    );
    assert.equal(dead.get('users_unaccounted'), 0);
    // A request that was under way may end as "other side closed"; the next one finds nobody.
    await until(
      'it says why',
      20_000,
      () => snapshotOf(at),
      ({ processes }) => /refused/i.test(processes[0]?.reason ?? ''),
    );
    topology = await startTopology();
    const done = await until('all is processed', 60_000, watch, metrics => {
      return metrics.get('users_produced') === USERS && metrics.get('users_lag') === 0;
    });
    assert.deepEqual(
      COUNTERS.map(name => done.get(name)),
      [USERS, CLEAN, USERS - CLEAN, done.get('users_late')],
    );
    await until(
      'the group has no lag',
      20_000,
      () => scrape(`${at}`),
      metrics => {
        return (
          metrics.get('kafka_consumergroup_lag user') === 0 &&
          metrics.get('kafka_consumergroup_current_offset user') === USERS
        );
      },
    );
    assert.ok((done.get('users_end_to_end_latency_seconds_count') ?? 0) > 0);
    for (const [index, metrics] of scrapes.entries()) {
      assert.equal(metrics.get('users_unaccounted') ?? 0, 0);
      for (const name of COUNTERS) {
        assert.ok((metrics.get(name) ?? 0) >= (scrapes[index - 1]?.get(name) ?? 0), `${name} went back`);
      }
    }
    const { closed, processes, nodes } = await until(
      'all tasks run, and a window has closed',
      30_000,
      () => snapshotOf(at),
      snapshot => snapshot.closed !== null && snapshot.processes.filter(({ up }) => up)[0]?.tasks.length === 4,
    );
    assert.ok(closed !== null);
    assert.ok(nodes.clean !== undefined);
    assert.equal(processes.filter(({ up }) => up).length, 1);

    // The group does not know of the monitor: its coming and going moves nothing.
    const rebalances = (): number => topology.output().split('state REBALANCING').length;
    const before = rebalances();
    assert.equal(await end(monitor, 'SIGTERM'), 0);
    const { command: another, at: there } = await startMonitor();
    await until(
      'it shows the same',
      20_000,
      () => scrape(there),
      metrics => metrics.get('users_cleaned') === CLEAN,
    );
    assert.equal((await scrape(there)).get('users_unaccounted'), 0);
    assert.equal(await end(another, 'SIGTERM'), 0);
    assert.equal(rebalances(), before);
    assert.equal(await end(topology, 'SIGTERM'), 0);
  });

  it('says that the brokers are away, keeps what it knows, and recovers by itself', async () => {
    const { command: monitor, at } = await startMonitor();
    await until(
      'it is ready',
      20_000,
      () => status(`${at}/readyz`),
      code => code === 200,
    );
    await until(
      'it knows all',
      20_000,
      () => scrape(at),
      metrics => metrics.get('users_cleaned') === CLEAN,
    );
    await broker.kill();
    await until(
      'it notices',
      20_000,
      () => scrape(at),
      metrics => metrics.get('tributary_cluster_up') === 0,
    );
    const { cluster, audit } = await snapshotOf(at);
    assert.equal(cluster.up, false);
    assert.match(cluster.reason ?? '', /no answer|Timed out|failure/);
    assert.equal(audit?.cleaned, CLEAN);
    assert.deepEqual([await status(`${at}/healthz`), await status(`${at}/readyz`)], [200, 200]);
    // One that starts now waits for them.
    const { command: late, at: there } = await startMonitor();
    assert.deepEqual([await status(`${there}/healthz`), await status(`${there}/readyz`)], [200, 503]);
    await broker.restart();
    for (const url of [at, there]) {
      await until(
        'it recovers',
        40_000,
        () => scrape(url),
        metrics => metrics.get('tributary_cluster_up') === 1,
      );
    }
    await send(broker.address, 100);
    for (const url of [at, there]) {
      await until(
        'it goes on',
        40_000,
        () => scrape(url),
        metrics => metrics.get('users_lag') === 100,
      );
    }
    const lines = monitor.output().matchAll(/"time":(\d+).*the cluster does not answer/g);
    const reports = [...lines].map(([, time]) => Number(time));
    assert.notEqual(reports.length, 0);
    // Not one for each poll, however long the broker takes to start: they come at intervals of five seconds and more.
    for (const [index, time] of reports.slice(1).entries())
      assert.ok(time - (reports[index] ?? 0) > 4500, `${reports}`);
    assert.equal(await end(late, 'SIGTERM'), 0);
    assert.equal(await end(monitor, 'SIGTERM'), 0);
  });

  it('begins again when the topics are deleted and created again', async () => {
    const { at } = await startMonitor();
    await until(
      'it knows all',
      20_000,
      () => scrape(at),
      metrics => metrics.get('users_cleaned') === CLEAN,
    );
    await deleteTopics(broker.address, [...(await topicPartitions(broker.address)).keys()].filter(isOfApplication));
    await until(
      'it knows that they are gone',
      30_000,
      () => snapshotOf(at),
      snapshot => {
        return snapshot.audit === null && snapshot.lag.length === 0 && snapshot.window === null;
      },
    );
    await rm(stateDir, { recursive: true, force: true });
    const topology = await startTopology();
    await send(broker.address, 500);
    const metrics = await until(
      'it counts again',
      60_000,
      () => scrape(at),
      seen => {
        return seen.get('users_produced') === 500 && seen.get('users_lag') === 0;
      },
    );
    assert.deepEqual([metrics.get('users_cleaned'), metrics.get('users_unaccounted')], [450, 0]);
    assert.equal(await end(topology, 'SIGTERM'), 0);
  });
});

function isOfApplication(topic: string): boolean {
  return topic.startsWith('user') || topic.startsWith(APPLICATION) || /^(country|distinct|window)-/.test(topic);
}

/** Every tenth one is refused. */
async function send(brokers: string, count: number): Promise<void> {
  const producer = new DeliveryProducer({ cluster: { brokers, clientId: 'test' } });
  await producer.connect();
  for (let i = 0; i < count; i++) {
    const user = { email: `user${i}@example.com`, country: 'Chile', date: '06/05/2018', ip_address: '10.0.0.1' };
    const value = Buffer.from(i % 10 === 0 ? 'not JSON' : JSON.stringify(user));
    while (!producer.send('user', user.email, value, Date.now())) await producer.drained();
  }
  await producer.flush();
  await producer.close();
  assert.equal(producer.counts.delivered, count, producer.counts.firstError);
}

/** Under its name the sum of a metric's samples, and under `<name> <topic>` that of one topic. */
async function scrape(at: string): Promise<Scrape> {
  const sums = new Map<string, number>();
  const add = (name: string, value: number): void => void sums.set(name, (sums.get(name) ?? 0) + value);
  for (const { samples } of parseExposition(await (await fetch(`${at}/metrics`)).text()).values()) {
    for (const { name, labels, value } of samples) {
      add(name, value);
      if (labels.topic !== undefined) add(`${name} ${labels.topic}`, value);
    }
  }
  return sums;
}

async function snapshotOf(at: string): Promise<Snapshot> {
  return (await (await fetch(`${at}/snapshot`)).json()) as Snapshot;
}

async function status(url: string): Promise<number> {
  const response = await fetch(url);
  await response.text();
  return response.status;
}
