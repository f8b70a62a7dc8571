import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import { CHECKOUT } from '../broker/checkout.js';
import { type RunningCommand, runCommand } from './command.js';

const USERS = path.join(CHECKOUT, 'producer', 'sample-users.json');
/** Nothing listens there. */
const REFUSING = '127.0.0.1:1';
const REPORTED_WITHIN_MS = 2000;

const COMMANDS = [
  ['topology', []],
  ['producer', [USERS]],
  ['monitor', []],
] as const;

describe('a broker that can not be reached', function () {
  this.timeout(30_000);
  let running: RunningCommand | undefined;
  let silent: Server;
  /** When the first client came to `silent`, as `performance.now()` has it. */
  let connectedAt: number | undefined;

  before(async () => {
    // Takes connections and never answers, as what is behind a firewall.
    silent = createServer(socket => {
      connectedAt ??= performance.now();
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    silent.unref();
    await once(silent, 'listening');
  });

  afterEach(() => {
    running?.child.kill('SIGKILL');
    running = undefined;
  });

  /** Milliseconds from when it could begin to try until it reported. */
  async function reported(program: string, args: readonly string[], brokers: string, line: RegExp): Promise<number> {
    const command = runCommand(`${program}/main`, args, { KAFKA_BROKERS: brokers, HTTP_PORT: '0', LOG_LEVEL: 'info' });
    running = command;
    connectedAt = undefined;
    const before = performance.now();
    const http = /^.*"time":(\d+).*http on /m;
    await (program === 'producer' ? undefined : command.seen(http));
    await command.seen(line);
    const report =
      command
        .output()
        .split('\n')
        .find(text => line.test(text)) ?? '';
    assert.ok(report.includes(brokers), report);
    const [from, to] = [http.exec(command.output())?.[1], /"time":(\d+)/.exec(report)?.[1]];
    if (from !== undefined && to !== undefined) return Number(to) - Number(from);
    // The producer's lines have no time. Node takes about a second to start it.
    return performance.now() - (connectedAt ?? before + 1000);
  }

  for (const [program, args] of COMMANDS) {
    it(`the ${program} reports address and reason within two seconds`, async () => {
      const ms = await reported(program, args, REFUSING, /no answer from \S+.*Connection refused/);
      assert.ok(ms < REPORTED_WITHIN_MS, `${ms} ms`);
    });

    it(`the ${program} reports the address within two seconds where nothing answers`, async () => {
      const { port } = silent.address() as AddressInfo;
      const ms = await reported(program, args, `127.0.0.1:${port}`, /no answer from \S+/);
      assert.ok(ms < REPORTED_WITHIN_MS, `${ms} ms`);
    });
  }
});
