import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { until } from '../integration/until.js';
import { processesWith } from './processes-with.js';

const DIST = path.join(CHECKOUT, 'dist');
const SCRIPT = '/usr/bin/script';
const ENDED_WITHIN_MS = 15_000;
/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';

describe('a command whose terminal or parent is gone', function () {
  this.timeout(60_000);
  let directory = '';
  let running: ChildProcess | undefined;

  before(function () {
    if (process.platform === 'linux') return;
    process.stderr.write('      skipped: processes are looked for in /proc, which Linux has\n');
    this.skip();
  });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'orphans-test-'));
  });

  afterEach(async () => {
    running?.kill('SIGKILL');
    for (const pid of processesWith('TMPDIR', directory)) process.kill(pid, 'SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    TMPDIR: directory,
    HTTP_PORT: '',
    LOG_LEVEL: 'debug',
  });

  function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    running = spawn(command, args, { env: { ...environment(), ...env }, stdio: 'pipe' });
    return running;
  }

  /** On a pseudo-terminal, which is gone when `script` is. */
  function startOnTerminal(this: Mocha.Context, command: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    if (!existsSync(SCRIPT)) {
      process.stderr.write('      skipped: script (util-linux) is not installed\n');
      this.skip();
    }
    return start(SCRIPT, ['--quiet', '--command', command, '/dev/null'], env);
  }

  async function noneLeft(): Promise<void> {
    await until(
      'all processes have ended',
      ENDED_WITHIN_MS,
      async () => processesWith('TMPDIR', directory),
      pids => pids.length === 0,
    );
  }

  it('npm start leaves no process behind when it is killed', async () => {
    const child = start(process.execPath, [path.join(DIST, 'topology', 'start.js')]);
    await seen(child, /window \S+: \d+ users/);
    child.kill('SIGKILL');
    await noneLeft();
  });

  it('npm start leaves no process behind when it is killed while it produces', async () => {
    const child = start(process.execPath, [path.join(DIST, 'topology', 'start.js'), '--file', '-']);
    await seen(child, /The live page/);
    await until(
      'the producer waits for input',
      ENDED_WITHIN_MS,
      async () => processesWith('TMPDIR', directory),
      pids => pids.length === 4,
    );
    child.kill('SIGKILL');
    await noneLeft();
  });

  it('npm start leaves neither a process nor its state behind when its terminal is closed', async function () {
    const terminal = startOnTerminal.call(this, `${process.execPath} ${path.join(DIST, 'topology', 'start.js')}`);
    await seen(terminal, /window \S+: \d+ users/);
    terminal.kill('SIGKILL');
    await noneLeft();
    assert.deepEqual(await readdir(directory), []);
  });

  it('npm start ends, and leaves nothing behind, when nobody reads what it prints', async () => {
    const child = start(process.execPath, [path.join(DIST, 'topology', 'start.js')]);
    await seen(child, /The live page/);
    child.stdout?.destroy();
    await noneLeft();
    assert.deepEqual(await readdir(directory), []);
  });

  for (const [program, atWork] of [
    ['monitor', /http on 127\.0\.0\.1 port (\d+)/],
    ['topology', /http on 127\.0\.0\.1 port (\d+)/],
  ] as const) {
    it(`the ${program} goes on without its terminal, and ends on SIGTERM`, async function () {
      const command = `setsid --wait ${process.execPath} ${path.join(DIST, program, 'main.js')}`;
      const env = { KAFKA_BROKERS: UNREACHABLE, HTTP_PORT: '0' };
      const terminal = startOnTerminal.call(this, command, env);
      const [, port] = await seen(terminal, atWork);
      const pid = processesWith('TMPDIR', directory).at(-1);
      assert.ok(pid !== undefined);
      terminal.kill('SIGKILL');
      await once(terminal, 'exit');
      const health = `http://127.0.0.1:${port}/healthz`;
      assert.equal((await fetch(health)).status, 200);
      process.kill(pid, 'SIGTERM');
      await noneLeft();
    });
  }
});

async function seen(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let output = '';
  for (;;) {
    const match = pattern.exec(output);
    if (match !== null) return match;
    if (child.exitCode !== null || child.stdout === null) throw new Error(`it ended before ${pattern}: ${output}`);
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    output += String(chunk);
  }
}
