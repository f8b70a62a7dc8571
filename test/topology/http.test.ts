import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import type { HttpServer } from '../../streams/http/http-server.js';
import { listen } from '../../topology/http.js';
import { recordingLogger } from '../http/served.js';
import { parseExposition } from '../metrics/exposition.js';
import { type RunningCommand, runCommand } from './command.js';

/** Nothing listens there. */
const UNREACHABLE = '127.0.0.1:1';

describe('HTTP of npm run topology', function () {
  this.timeout(30_000);
  const servers: HttpServer[] = [];
  let taken: Server | undefined;
  let running: RunningCommand | undefined;

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    taken?.close();
    taken = undefined;
    running?.child.kill('SIGKILL');
    running = undefined;
  });

  async function start(
    port: number | undefined,
    host = '127.0.0.1',
    names: { readonly advertised?: string; readonly allowedHosts?: readonly string[] } = {},
  ): Promise<HttpServer> {
    const dependencies = { registry: new Registry(), logger: recordingLogger([]) };
    const { advertised, allowedHosts = [] } = names;
    const server = await listen({ port, host, advertised, allowedHosts }, dependencies);
    servers.push(server);
    return server;
  }

  it('takes the first free port from 8081', async () => {
    const first = await start(undefined);
    const second = await start(undefined);
    assert.ok(first.port >= 8081 && second.port > first.port && second.port <= 8181);
  });

  it('answers under the name that it is advertised with, and those that are allowed', async () => {
    const { port } = await start(0, '127.0.0.1', { advertised: 'topology-1:80', allowedHosts: ['proxy.example'] });
    const statusFor = async (host: string): Promise<number | undefined> => {
      const asking = request({ host: '127.0.0.1', port, path: '/healthz', headers: { host }, agent: false }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    assert.deepEqual(
      [await statusFor('topology-1:80'), await statusFor('proxy.example'), await statusFor('evil.example')],
      [200, 200, 403],
    );
  });

  it('says which setting is wrong when it can not listen', async () => {
    const { port } = await start(0);
    await assert.rejects(start(port), { name: 'ConfigError', message: `HTTP_PORT ${port} is in use` });
    // A documentation address, which no machine has.
    const message = 'HTTP_HOST 192.0.2.1 is no address of this machine';
    await assert.rejects(start(0, '192.0.2.1'), { name: 'ConfigError', message });
  });

  it('ends with exit code 2 before anything starts where HTTP_PORT is in use', async () => {
    taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    running = runCommand('topology/main', [], { HTTP_PORT: String(port), KAFKA_BROKERS: UNREACHABLE });
    assert.equal(await running.ended, 2);
    assert.equal(running.output(), `HTTP_PORT ${port} is in use\n`);
  });

  it('answers while the cluster is away', async () => {
    running = runCommand('topology/main', [], { HTTP_PORT: '0', KAFKA_BROKERS: UNREACHABLE, LOG_LEVEL: 'info' });
    const [, port] = await running.seen(/http on 127\.0\.0\.1 port (\d+), for others at 127\.0\.0\.1:\1"/);
    const at = `http://127.0.0.1:${port}`;
    assert.equal((await fetch(`${at}/healthz`)).status, 200);
    const ready = await fetch(`${at}/readyz`);
    assert.deepEqual(
      [ready.status, await ready.json()],
      [503, { state: 'CREATED', reason: 'the application is CREATED' }],
    );
    assert.match(await (await fetch(`${at}/topology`)).text(), /^Topologies:\n {3}Sub-topology: 0\n/);
    const status = (await (await fetch(`${at}/status`)).json()) as { host: string };
    assert.equal(status.host, `127.0.0.1:${port}`);
    const metrics = parseExposition(await (await fetch(`${at}/metrics`)).text());
    assert.ok(metrics.has('process_cpu_seconds_total') && metrics.has('nodejs_eventloop_lag_seconds'));
    const stores = await fetch(`${at}/stores`);
    assert.deepEqual([stores.status, await stores.json()], [200, { stores: [] }]);
    assert.equal((await fetch(`${at}/stores/x`)).status, 503);
  });
});
