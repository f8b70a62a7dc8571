import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CHECKOUT } from '../broker/checkout.js';
import { type KafkaBroker, kafkaAvailable, startKafka } from '../broker/kafka-broker.js';
import { readAll } from '../broker/read-all.js';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { KCAT_IS_INSTALLED, kcatLines, outputOf } from './kcat-lines.js';
import { until } from './until.js';

const run = promisify(execFile);

describe('the lines of docs/kcat.md, on a real broker', function () {
  this.timeout(120_000);
  const available = kafkaAvailable();
  if (!available.available || !KCAT_IS_INSTALLED) {
    it.skip(`skipped: ${available.available ? 'kcat is not installed' : available.reason}`);
    return;
  }
  let broker: KafkaBroker;
  let topology: RunningCommand | undefined;
  let stateDir: string;
  let lines: readonly string[];
  let following: ChildProcess | undefined;

  before(async () => {
    broker = await startKafka();
    stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-kcat-test-'));
    topology = runCommand('topology/main', [], {
      KAFKA_BROKERS: broker.address,
      STATE_DIR: stateDir,
      WINDOW_SIZE: '2s',
      WINDOW_GRACE: '1s',
      IDLE_TIMEOUT: '1s',
    });
    await topology.seen(/state RUNNING/);
    const sample = path.join(CHECKOUT, 'producer', 'sample-users.json');
    await run(process.execPath, [path.join(CHECKOUT, 'dist', 'producer', 'main.js'), sample], {
      env: { ...process.env, KAFKA_BROKERS: broker.address },
    });
    await until(
      'all is processed, and the windows close',
      60_000,
      async () => sum((await readAll(broker.address, 'window-summary')).map(({ value }) => json(value).users)),
      users => users === 950,
    );
    lines = await kcatLines(broker.address);
  });

  after(async () => {
    following?.kill('SIGKILL');
    topology?.child.kill('SIGKILL');
    await topology?.ended;
    await broker?.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  /** The one line that has all of these words. */
  const lineWith = (...words: readonly string[]): string => {
    const [line, ...others] = lines.filter(candidate => words.every(word => candidate.includes(word)));
    assert.ok(line !== undefined && others.length === 0, `one line with ${words.join(', ')}`);
    return line;
  };
  const output = (...words: readonly string[]): Promise<string[]> => outputOf(lineWith(...words));

  it('are all tested here', () => {
    assert.equal(lines.length, 12);
  });

  it('show the table of countries, each key once', async () => {
    const rows = (await output('country-count')).map(json);
    assert.equal(new Set(rows.map(({ country, windowStart }) => `${country}@${windowStart}`)).size, rows.length);
    assert.equal(sum(rows.map(({ count }) => count)), 950);
  });

  it('show distinct users and summaries', async () => {
    assert.match((await output('distinct-users'))[0] ?? '', /^20\S+Z \{"windowStart":"20.*"distinctUsers":\d+\}$/);
    const summaries = (await output('window-summary', 'beginning')).map(json);
    assert.equal(sum(summaries.map(({ users }) => users)), 950);
  });

  it('show the last clean users, and those of the last minutes', async () => {
    const last = await output('user-cleaned', '-o -20');
    assert.ok(last.length >= 4 && last.length <= 80, `${last.length}`);
    assert.match(last[0] ?? '', /^\d{13} 0@\d+ \S+@\S+ \{.*"country":.*\}$/);
    assert.equal((await output('user-cleaned', 's@')).length, 950);
  });

  it('show what was refused and why, and how often', async () => {
    const refused = await output('user-rejected', '%s');
    assert.equal(refused.filter(line => line.startsWith('  ')).length, 50);
    assert.match(refused[1] ?? '', /^ {2}__streams\.errors\.exception=\w+,__streams\.errors\.message=\S.*topic=user,/);
    const reasons = (await output('user-rejected', 'uniq')).map(line => line.trim().split(' '));
    assert.equal(sum(reasons.map(([count]) => Number(count))), 50);
    assert.ok(reasons.some(([, field]) => field === 'ip_address' || field === 'date'));
  });

  it('show the partitions of a topic, how far they go, and what the tasks have done', async () => {
    assert.match((await output('-L')).join('\n'), /topic "user" with 4 partitions/);
    const ends = (await output('-Q')).map(line => Number(/offset (\d+)/.exec(line)?.[1]));
    assert.deepEqual([ends.length, sum(ends)], [4, 1000]);
    const records = (await output('users-audit')).map(json);
    const tasks = records.filter(({ counts }) => counts !== undefined) as unknown as {
      counts: { in: { user: number } };
    }[];
    assert.deepEqual([tasks.length, sum(tasks.map(({ counts }) => counts.in.user))], [4, 1000]);
  });

  it('add a user, and show the summary when its window closes', async () => {
    following = spawn('bash', ['-c', `exec ${lineWith('window-summary', '-o end')}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { stdout } = following;
    assert.ok(stdout !== null);
    const summary = once(createInterface({ input: stdout }), 'line');
    await output('-P');
    const [line] = (await summary) as [string];
    const { users, mostRepresented } = json(line) as unknown as { users: number; mostRepresented: unknown };
    assert.deepEqual([users, mostRepresented], [1, { countries: ['United Kingdom'], count: 1 }]);
    const cleaned = await output('user-cleaned', '-o -20');
    assert.ok(cleaned.some(row => row.includes(' ada@example.com {') && row.includes('"date":"2015-12-10"')));
  });
});

function json(text: unknown): Record<string, number> {
  return JSON.parse(String(text)) as Record<string, number>;
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}
