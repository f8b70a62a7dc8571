import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { runCommand } from '../topology/command.js';

const SCRIPT = '/usr/bin/script';
/** Nothing listens there. */
const ENVIRONMENT = { KAFKA_BROKERS: '127.0.0.1:1', HTTP_PORT: '0', LOG_LEVEL: 'info' };

describe('the log of a command', function () {
  this.timeout(20_000);

  it('is readable on a terminal', async function () {
    if (!existsSync(SCRIPT)) {
      process.stderr.write('      skipped: script (util-linux) is not installed\n');
      this.skip();
    }
    const command = `exec ${process.execPath} ${path.join(CHECKOUT, 'dist', 'monitor', 'main.js')}`;
    const child = spawn(SCRIPT, ['--quiet', '--command', command, '/dev/null'], {
      env: { ...process.env, ...ENVIRONMENT },
      stdio: 'pipe',
    });
    try {
      let output = '';
      while (!output.includes('\n')) output += String((await once(child.stdout, 'data'))[0]);
      assert.match(output, /^\[\d\d:\d\d:\d\d\] INFO: watching application users; http on \S+ port \d+\r\n/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is JSON elsewhere', async () => {
    const command = runCommand('monitor/main', [], ENVIRONMENT);
    try {
      await command.seen(/\n/);
      const line = JSON.parse(command.output().split('\n')[0] ?? '') as { level: number; msg: string };
      assert.equal(line.level, 30);
      assert.match(line.msg, /^watching application users/);
    } finally {
      command.child.kill('SIGKILL');
    }
  });
});
