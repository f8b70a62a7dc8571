import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Snapshot } from '../../monitor/snapshot.js';
import type { OnceResult } from '../../topology/once.js';
import { CHECKOUT } from '../broker/checkout.js';
import { until } from '../integration/until.js';
import { runCommand } from './command.js';

const START = path.join(CHECKOUT, 'dist', 'topology', 'start.js');
const KCAT = ['/usr/bin/kcat', '/usr/local/bin/kcat'].find(existsSync);
const PAGE = /^The live page: (http:\S+)$/m;
const run = promisify(execFile);

describe('npm start', function () {
  this.timeout(60_000);
  let running: ChildProcess | undefined;
  let directory: string | undefined;

  afterEach(async () => {
    running?.kill('SIGKILL');
    running = undefined;
    if (directory !== undefined) await rm(directory, { recursive: true });
    directory = undefined;
  });

  it('--once ends with the result as the last line, the same each time', async () => {
    const first = await processedOnce([]);
    const second = await processedOnce([]);
    assert.deepEqual({ ...first, windows: first.windows.length }, { ...second, windows: second.windows.length });
    const { windows, ...counts } = first;
    const { rejections, ...totals } = counts;
    assert.deepEqual(totals, { produced: 1000, cleaned: 950, rejected: 50, late: 0, unaccounted: 0 });
    assert.equal(sum(Object.values(rejections)), 50);
    assert.equal(rejections['email: not an address such as ada@example.org'], 10);
    assert.equal(rejections['ip_address: not four numbers from 0 to 255 such as 192.0.2.1'], 10);
    assert.equal(sum(windows.map(({ users }) => users)), 950);
    assert.equal(sum(windows.map(({ distinctUsers }) => distinctUsers)) >= 900, true);
  });

  it('--once takes another file, and reports one that breaks off', async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'start-test-'));
    const file = path.join(directory, 'users.json');
    const user = { email: 'A@b.c', country: 'chile', gender: 'Male', date: '06/05/2018', ip_address: '10.0.0.1' };
    await writeFile(file, `[${JSON.stringify(user)},{"email`);
    const child = spawn(process.execPath, [START, '--once', '--file', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    const output = collect(child);
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(output.stderr(), /line 1, record 2, byte \d+: the input ends too early/);
    const result = JSON.parse(output.stdout().trim().split('\n').at(-1) ?? '') as OnceResult;
    assert.deepEqual([result.produced, result.cleaned, result.unaccounted], [1, 1, 0]);
    assert.deepEqual(
      result.windows.map(({ mostRepresented }) => mostRepresented),
      [{ countries: ['Chile'], count: 1 }],
    );
  });

  it('prints a kcat line that shows the table, and ends cleanly on Ctrl-C, leaving nothing behind', async function () {
    if (KCAT === undefined) {
      process.stderr.write('      skipped: kcat is not installed\n');
      this.skip();
    }
    directory = await mkdtemp(path.join(tmpdir(), 'start-test-'));
    const env = { ...process.env, TMPDIR: directory };
    const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    const output = collect(child);
    await seen(child, output, /window \S+: \d+ users, \d+ distinct/);
    const line = /^ {2}kcat (-C -b \S+ -t country-count .*)$/m.exec(output.stdout())?.[1];
    assert.ok(line !== undefined, output.stdout());
    await until(
      'kcat shows the table',
      20_000,
      async () => (await run('sh', ['-c', `${KCAT} ${line}`])).stdout,
      rows => /^China@\S+Z \{"country":"China","windowStart":"\S+Z","windowEnd":"\S+Z","count":\d+\}$/m.test(rows),
    );
    const page = PAGE.exec(output.stdout())?.[1] ?? '';
    assert.match(await (await fetch(page)).text(), /<html lang="en">/);
    const { audit } = await until(
      'the page knows the tasks',
      20_000,
      async () => (await (await fetch(`${page}snapshot`)).json()) as Snapshot,
      ({ processes }) => processes.some(({ up, tasks }) => up && tasks.length === 4),
    );
    assert.equal(audit?.unaccounted, 0);
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.deepEqual(await readdir(directory), []);
  });

  it('HTTP_PORT=0 takes any free port for the live page, and prints it', async () => {
    const command = runCommand('topology/start', [], { HTTP_PORT: '0' });
    running = command.child;
    const [, page] = await command.seen(PAGE);
    assert.match(await (await fetch(page ?? '')).text(), /<html lang="en">/);
  });

  it('an IPv6 address as HTTP_HOST is printed as a browser takes it', async () => {
    const command = runCommand('topology/start', [], { HTTP_PORT: '0', HTTP_HOST: '::1' });
    running = command.child;
    const [, page] = await command.seen(PAGE);
    assert.match(await (await fetch(page ?? '')).text(), /<html lang="en">/);
  });

  it('two at once print the addresses of their own pages', async () => {
    const names = ['first', 'second'];
    const commands = names.map(APPLICATION_ID => runCommand('topology/start', [], { APPLICATION_ID }));
    try {
      const shown = commands.map(async command => {
        const [, page] = await command.seen(PAGE);
        return ((await (await fetch(`${page}snapshot`)).json()) as Snapshot).applicationId;
      });
      assert.deepEqual(await Promise.all(shown), names);
    } finally {
      for (const { child } of commands) child.kill('SIGKILL');
    }
  });

  it('says which setting is wrong where HTTP_PORT is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const command = runCommand('topology/start', [], { HTTP_PORT: String(port) });
    running = command.child;
    assert.equal(await command.ended, 2);
    assert.equal(command.output(), `HTTP_PORT ${port} is in use\n`);
    taken.close();
  });

  it('shows one lag, in the totals and by partition, and the metrics of the topology', async () => {
    const child = spawn(process.execPath, [START], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    const output = collect(child);
    await seen(child, output, /window \S+: \d+ users, \d+ distinct/);
    const page = /^The live page: (http:\S+)$/m.exec(output.stdout())?.[1] ?? '';
    const { lag, processes } = await until(
      'all is processed, and the process is known',
      20_000,
      async () => (await (await fetch(`${page}snapshot`)).json()) as Snapshot,
      ({ audit, processes: known }) => audit?.produced === 1000 && audit.lag === 0 && known.length > 0,
    );
    const users = lag.filter(({ topic }) => topic === 'user');
    assert.equal(sum(users.map(({ committed }) => committed)), 1000);
    assert.equal(sum(users.map(partition => partition.lag)), 0);
    assert.deepEqual(
      lag.filter(({ committed }) => committed < 0),
      [],
    );
    const metrics = await (await fetch(`http://${processes[0]?.host}/metrics`)).text();
    assert.match(metrics, /^kafka_streams_stream_task_metrics_process_total\{.*\} \d+$/m);
    child.kill('SIGINT');
    await once(child, 'close');
  });

  for (const [name, value] of [
    ['WINDOW_SIZE', 'sixty'],
    ['WINDOW_SIZE', '0s'],
    ['PROCESSING_GUARANTEE', 'exactly_once'],
    ['COMMIT_INTERVAL_MS', '-1'],
    ['CACHE_MAX_BYTES', '64MB'],
    ['IDLE_TIMEOUT', 'soon'],
    ['MAX_TIMESTAMP_AHEAD', 'far'],
    ['LOG_LEVEL', 'loud'],
    ['APPLICATION_ID', 'users/1'],
    ['STREAM_PROCESSES', '0'],
    ['STANDBY_REPLICAS', 'one'],
    ['KAFKA_BROKERS', 'localhost'],
  ] as const) {
    it(`${name}=${value} is reported in one line that names it, with exit code 2`, async () => {
      const program = path.join(CHECKOUT, 'dist', 'topology', 'main.js');
      const child = spawn(process.execPath, [program], {
        env: { ...process.env, [name]: value },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      const output = collect(child);
      const [code] = await once(child, 'close');
      assert.equal(code, 2);
      assert.match(output.stderr(), new RegExp(`^${name} .*\n$`));
      assert.equal(output.stdout(), '');
    });
  }
});

async function processedOnce(args: readonly string[]): Promise<OnceResult> {
  const { stdout } = await run(process.execPath, [START, '--once', ...args]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as OnceResult;
}

interface Output {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function collect(child: ChildProcess): Output {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', chunk => {
    texts.stdout += String(chunk);
  });
  child.stderr?.on('data', chunk => {
    texts.stderr += String(chunk);
  });
  return { stdout: () => texts.stdout, stderr: () => texts.stderr };
}

async function seen(child: ChildProcess, output: Output, pattern: RegExp): Promise<void> {
  while (!pattern.test(output.stdout())) {
    if (child.exitCode !== null) throw new Error(`it ended: ${output.stderr()}`);
    if (child.stdout !== null) await once(child.stdout, 'data');
  }
}

/** Temporary state directories that there are. */
function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
