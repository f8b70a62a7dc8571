import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type RunningCommand, runCommand } from './command.js';

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';

describe('a path that can not be used', function () {
  this.timeout(30_000);
  let directory = '';
  let running: RunningCommand | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paths-test-'));
  });

  afterEach(async () => {
    running?.child.kill('SIGKILL');
    running = undefined;
    await rm(directory, { recursive: true });
  });

  for (const streamProcesses of ['1', '2']) {
    it(`as STATE_DIR is named in one line before anything starts, with STREAM_PROCESSES=${streamProcesses}`, async () => {
      const file = path.join(directory, 'file');
      await writeFile(file, '');
      for (const stateDir of [file, path.join(file, 'below')]) {
        const environment = { STATE_DIR: stateDir, KAFKA_BROKERS: UNREACHABLE, HTTP_PORT: '0' };
        running = runCommand('topology/main', [], { ...environment, STREAM_PROCESSES: streamProcesses });
        assert.equal(await running.ended, 2);
        assert.match(running.output(), /^STATE_DIR \S+ can't be used: E(EXIST|NOTDIR): .*\n$/);
      }
    });
  }

  it('as the directory of the application is named too', async () => {
    await writeFile(path.join(directory, 'users'), '');
    running = runCommand('topology/main', [], { STATE_DIR: directory, KAFKA_BROKERS: UNREACHABLE, HTTP_PORT: '0' });
    assert.equal(await running.ended, 2);
    assert.match(running.output(), /^STATE_DIR \S+ can't be used: .*\n$/);
  });

  for (const [what, file] of [
    ['is missing', () => path.join(directory, 'none.json')],
    ['is a directory', () => directory],
  ] as const) {
    for (const args of [[], ['--once']]) {
      it(`as npm start --file ${args.join(' ')} is named in one line where it ${what}, and nothing starts`, async () => {
        running = runCommand('topology/start', [...args, '--file', file()], { TMPDIR: directory });
        assert.equal(await running.ended, 2);
        assert.match(running.output(), /^--file: E(NOENT|ISDIR): .*\n$/);
        assert.deepEqual(await readdir(directory), []);
      });
    }
  }
});
