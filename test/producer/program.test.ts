import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { generatedUsers } from '../../producer/generator/generated-users.js';
import { writeUsersFile } from '../../producer/generator/write-users-file.js';
import { SAMPLE_USERS_FILE } from '../../producer/sample-users.js';
import { userKey } from '../../producer/user-key.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../streams/kafka/embedded-broker.js';
import { freePort } from '../broker/free-port.js';
import { readAll } from '../broker/read-all.js';

const MAIN = fileURLToPath(new URL('../../producer/main.js', import.meta.url));
const MEBIBYTE = 1024 * 1024;

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Run {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...argv], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', text => {
    stdout += text;
  });
  child.stderr.on('data', text => {
    stderr += text;
  });
  const outcome = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return { child, outcome };
}

/** The highest amount of memory that the process had, bytes; undefined once it has ended. */
async function peakMemory(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s*(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

describe('the producer program', function () {
  this.timeout(60_000);
  let broker: EmbeddedBroker;
  let env: Record<string, string> = {};
  let directory = '';
  before(async () => {
    broker = await startEmbeddedBroker();
    env = { KAFKA_BROKERS: broker.address };
    directory = await mkdtemp(join(tmpdir(), 'producer-'));
  });
  after(async () => {
    await broker.stop();
    await rm(directory, { recursive: true });
  });

  async function fileOf(name: string, content: string | Buffer): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  }

  it('sends a file of users, keyed by email, and ends with a summary', async () => {
    const { code, stdout, stderr } = await start([SAMPLE_USERS_FILE], env).outcome;
    assert.deepEqual([code, stderr], [0, '']);
    const summary = JSON.parse(stdout);
    assert.deepEqual([summary.produced, summary.failed], [1_000, 0]);
    assert.ok(summary.seconds > 0);

    const users: { email?: string }[] = JSON.parse(await readFile(SAMPLE_USERS_FILE, 'utf8'));
    const records = await readAll(broker.address, 'user');
    assert.deepEqual(
      new Map(records.map(({ key, value }) => [String(value), key && String(key)])),
      new Map(users.map(user => [JSON.stringify(user), userKey(user.email)])),
    );
  });

  it('reads a gzip file without a telling name, and spreads the timestamps', async () => {
    const path = await fileOf('users', gzipSync(await readFile(SAMPLE_USERS_FILE)));
    const before = Date.now();
    const { code } = await start([path, '--topic', 'spread', '--timestamps-over', '10m'], env).outcome;
    assert.equal(code, 0);
    const times = (await readAll(broker.address, 'spread')).map(({ timestamp }) => timestamp).sort((a, b) => a - b);
    assert.equal(times.length, 1_000);
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    assert.ok(first >= before - 600_000 && last <= Date.now(), `${first} ${last} ${before}`);
    assert.ok(last - first > 590_000, `${last - first}`);
  });

  it('reads lines from standard input', async () => {
    const { child, outcome } = start(['-', '--topic', 'lines'], env);
    child.stdin?.end('{"id":1,"email":" A@b.c"}\n{"id":2}\n');
    const { code, stdout } = await outcome;
    assert.deepEqual([code, JSON.parse(stdout).produced], [0, 2]);
    const records = await readAll(broker.address, 'lines');
    assert.deepEqual(records.map(({ key, value }) => [key && String(key), String(value)]).sort(), [
      [null, '{"id":2}'],
      ['a@b.c', '{"id":1,"email":" A@b.c"}'],
    ]);
  });

  it('delivers what comes before bad JSON, reports the place in one line, and fails', async () => {
    const before = '[{"name":"Zoë","email":"a@b.c"},\n{"id":2},\n';
    const path = await fileOf('bad.json', `${before}oops]`);
    const { code, stdout, stderr } = await start([path, '--topic', 'bad'], env).outcome;
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `${path}: line 3, record 3, byte ${Buffer.byteLength(before)}: unexpected "o" (2 records before it were sent, nothing from there on)\n`,
    );
    assert.equal(JSON.parse(stdout).produced, 2);
    assert.equal((await readAll(broker.address, 'bad')).length, 2);
  });

  it('does the same where the file breaks off, and where it is empty', async () => {
    const broken = await fileOf('broken.json', '{"id":1}\n{"id":2,"na');
    const first = await start([broken, '--topic', 'broken'], env).outcome;
    assert.deepEqual(
      [first.code, first.stderr],
      [
        1,
        `${broken}: line 2, record 2, byte 20: the input ends too early (1 record before it was sent, nothing from there on; --skip-bad skips such lines)\n`,
      ],
    );
    assert.equal((await readAll(broker.address, 'broken')).length, 1);

    const empty = await fileOf('empty.json', '');
    const second = await start([empty, '--topic', 'broken'], env).outcome;
    assert.deepEqual(
      [second.code, second.stderr],
      [1, `${empty}: line 1, record 1, byte 0: the input holds no JSON (nothing was sent)\n`],
    );
  });

  it('skips lines that are no JSON, shows them with their number, counts them, and sends all others', async () => {
    const path = await fileOf('skip.json', '{"id":1}\n{"id":2\n{"id":3}\r\n\noops\n{"id":4,"email":"A@b.c"}');
    const { code, stdout, stderr } = await start(['--skip-bad', path, '--topic', 'skip'], env).outcome;
    assert.equal(code, 0);
    assert.equal(
      stderr,
      `${path}: line 2: not one JSON value: "{\\"id\\":2"\n${path}: line 5: not one JSON value: "oops"\n2 lines were skipped\n`,
    );
    const { produced, failed, skipped } = JSON.parse(stdout);
    assert.deepEqual([produced, failed, skipped], [3, 0, 2]);
    const records = await readAll(broker.address, 'skip');
    assert.deepEqual(records.map(({ key, value }) => [key && String(key), String(value)]).sort(), [
      [null, '{"id":1}'],
      [null, '{"id":3}'],
      ['a@b.c', '{"id":4,"email":"A@b.c"}'],
    ]);
  });

  it('writes the lines that it skips to a file, as they are', async () => {
    const path = await fileOf('skip-to.json', '{"id":1}\n {"id":2,"Zoë\n{"id":3}\n');
    const bad = join(directory, 'bad.json');
    const argv = [path, '--skip-bad', '--bad-file', bad, '--topic', 'skip-to'];
    const { code, stderr } = await start(argv, env).outcome;
    assert.deepEqual([code, stderr], [0, `1 line was skipped, and written to ${bad}\n`]);
    assert.equal(await readFile(bad, 'utf8'), ' {"id":2,"Zoë\n');
  });

  it('says that an array has no lines to skip', async () => {
    const path = await fileOf('array.json', '\n[{"id":1}]\n');
    const { code, stderr } = await start([path, '--skip-bad', '--topic', 'array'], env).outcome;
    assert.equal(code, 1);
    assert.match(stderr, /line 2, .*: an array is not read by lines: leave --skip-bad out \(nothing was sent\)\n/);
  });

  it('is content with an empty array', async () => {
    const { code, stdout, stderr } = await start([await fileOf('none.json', '[]')], env).outcome;
    assert.deepEqual([code, stderr, JSON.parse(stdout).produced], [0, '', 0]);
  });

  it('fails when a record could not be delivered, and delivers the others', async () => {
    const large = JSON.stringify({ id: 1, text: 'x'.repeat(3 * MEBIBYTE) });
    const path = await fileOf('large.json', `[${large},{"id":2}]`);
    const { code, stdout, stderr } = await start([path, '--topic', 'large'], env).outcome;
    assert.equal(code, 1);
    assert.match(stderr, /^1 of 2 records .*size too large\n$/i);
    const { produced, failed } = JSON.parse(stdout);
    assert.deepEqual([produced, failed], [1, 1]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops reading at ${signal}, and delivers what it has sent`, async () => {
      const topic = signal.toLowerCase();
      const { child, outcome } = start(['--generate', '1000000', '--rate', '200', '--topic', topic], env);
      const sent = async () => (await readAll(broker.address, topic).catch(() => [])).length;
      while ((await sent()) < 20);
      child.kill(signal);
      const ended = await outcome;
      assert.deepEqual([ended.code, ended.signal, ended.stderr], [0, null, '']);
      const { produced } = JSON.parse(ended.stdout);
      assert.ok(produced >= 20 && produced < 1_000_000, String(produced));
      assert.equal(await sent(), produced);
    });
  }

  it('stops at SIGTERM while it waits for standard input', async () => {
    const { child, outcome } = start(['-', '--topic', 'waiting'], env);
    child.stdin?.write('{"id":1}\n');
    while ((await readAll(broker.address, 'waiting').catch(() => [])).length < 1);
    child.kill('SIGTERM');
    const { code, stdout } = await outcome;
    assert.deepEqual([code, JSON.parse(stdout).produced], [0, 1]);
  });

  it('says that no broker answers, and gives up in time', async () => {
    const brokers = `127.0.0.1:${await freePort()}`;
    const argv = ['--generate', '5', '--connect-timeout', '400ms'];
    const { code, stdout, stderr } = await start(argv, { KAFKA_BROKERS: brokers }).outcome;
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`^(waiting: )?no answer from ${brokers} \\(.*Connection refused.*\\)\n`));
  });

  const wrong: readonly (readonly [argv: readonly string[], env: Record<string, string>, named: string])[] = [
    [['/no/such/file.json'], {}, 'FILE'],
    [['--generate', 'many'], {}, '--generate'],
    [['--generate', '5'], { KAFKA_BROKERS: 'nowhere' }, 'KAFKA_BROKERS'],
    [['--generate', '5'], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [['--generate', '5'], { KAFKA_CONFIG_SECURITY_PROTOCOL: 'loud' }, 'KAFKA_CONFIG_SECURITY_PROTOCOL'],
    [['--generate', '5'], { KAFKA_CONFIG_NO_SUCH: 'x' }, 'KAFKA_CONFIG_NO_SUCH'],
  ];
  for (const [argv, settings, named] of wrong) {
    it(`names a wrong ${named} in one line, exit code 2`, async () => {
      const { code, stdout, stderr } = await start(argv, { ...env, ...settings }).outcome;
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, new RegExp(`^${named}.*\n$`));
    });
  }

  it('needs no more memory for a larger file', async function () {
    if (process.platform !== 'linux') {
      process.stderr.write('      skipped: peak memory is read from /proc, which Linux has\n');
      this.skip();
    }
    const path = join(directory, 'large-file.json');
    await writeUsersFile(path, generatedUsers(500_000, 1));
    const { child, outcome } = start([path, '--topic', 'memory'], env);
    let peak = 0;
    while (child.exitCode === null && child.signalCode === null) {
      peak = Math.max(peak, (await peakMemory(child.pid)) ?? 0);
      await Promise.race([outcome, new Promise(resolve => setTimeout(resolve, 20))]);
    }
    const { code, stdout } = await outcome;
    assert.deepEqual([code, JSON.parse(stdout).produced], [0, 500_000]);
    assert.ok(peak > 0 && peak < 200 * MEBIBYTE, `${Math.round(peak / MEBIBYTE)} MiB`);
  });
});
