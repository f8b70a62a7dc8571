import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import type { Shown } from '../../monitor/routes.js';
import { listen, type MonitorServer } from '../../monitor/server.js';
import { RecordingLogger } from './recording-logger.js';
import { SNAPSHOT } from './shown-snapshot.js';

describe("the monitor's queries of stores", () => {
  let server: MonitorServer;
  /** A process of the application. It answers with the path that it was asked for. */
  let application: Server;
  let shown: Shown;
  let asked: string[];
  /** True: it does not answer. */
  let silent: boolean;
  /** What it answers, if set. */
  let answer: { readonly status: number; readonly body: string } | undefined;

  beforeEach(async () => {
    asked = [];
    answer = undefined;
    silent = false;
    application = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (silent) return;
      const { status, body } = answer ?? { status: 200, body: JSON.stringify({ path: url }) };
      response.writeHead(status, { 'content-type': 'application/json', 'x-powered-by': 'process' }).end(body);
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    const host = `127.0.0.1:${(application.address() as AddressInfo).port}`;
    const status = { applicationId: 'users', instance: null, state: 'RUNNING', error: null, tasks: [], unreadable: [] };
    shown = {
      topology: { description: null },
      history: { at: [], produced: [], processed: [], lag: [] },
      snapshot: SNAPSHOT,
      cluster: { status: { up: true, reason: null, since: 0 }, answered: true },
      processes: [{ host, instance: null, owns: true, answer: { up: true, status } }],
    };
    const options = { assets: new Map(), registry: new Registry(), logger: new RecordingLogger(), fetch };
    server = await listen({ host: '127.0.0.1', port: 0, allowedHosts: [] }, options);
  });

  afterEach(async () => {
    await server.close();
    application.close();
    application.closeAllConnections();
  });

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);

  it('are answered by a process of the application', async () => {
    server.show(shown);
    const paths = [
      '/stores',
      '/stores/counts?limit=20&after=MC4',
      '/stores/counts/ada%40example.com%2Fx%3Fy',
      '/stores/counts/%252e%252e?stale=true',
      '/stores/prices/p1/versions?from=2026-01-01T00:00:00Z',
    ];
    for (const path of paths) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.deepEqual(await response.json(), { path });
    }
    assert.deepEqual(asked, paths);
  });

  it('have the headers of the other answers of the monitor, and none of the process', async () => {
    server.show(shown);
    const { status, headers } = await get('/stores');
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'self';/);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-powered-by'), null);
  });

  it('have the error of the process, with its status', async () => {
    server.show(shown);
    answer = { status: 404, body: '{"error":"there is no store x to query"}' };
    const response = await get('/stores/x');
    assert.deepEqual([response.status, await response.json()], [404, { error: 'there is no store x to query' }]);
  });

  it('are refused while the monitor starts, and while no process runs', async () => {
    const starting = await get('/stores');
    assert.deepEqual([starting.status, await starting.json()], [503, { error: 'the monitor is starting' }]);
    server.show({ ...shown, processes: [] });
    const alone = await get('/stores');
    assert.deepEqual([alone.status, alone.headers.get('retry-after')], [503, '5']);
    assert.deepEqual(await alone.json(), { error: 'no process of the application is running' });
  });

  it('name nothing else of the process, and no other place', async () => {
    server.show(shown);
    const paths = [
      '/status',
      '/topology',
      '/stores/',
      '/stores//',
      '/stores/counts/',
      '/stores/counts/a/b',
      '/stores/counts/a/versions/x',
      '/stores/../status',
      '/stores/%2e%2e/status',
      '/stores/.%2e/status?x',
      '/stores/counts/../../metrics/x',
      '/%73tores',
      '//stores',
      '/stores@other.example:80/',
    ];
    for (const path of paths) assert.equal(await rawStatus(server.port, path), 404, path);
    assert.deepEqual(asked, []);
  });

  it('end at the process when the client goes', async () => {
    server.show(shown);
    const client = new AbortController();
    const gone = once(application, 'request').then(async ([, response]) => {
      client.abort();
      await once(response as ServerResponse, 'close');
    });
    silent = true;
    await assert.rejects(get('/stores', { signal: client.signal }));
    await gone;
  });

  it('only read', async () => {
    server.show(shown);
    for (const path of ['/stores', '/stores/counts', '/stores/counts/a', '/stores/counts/a/versions']) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const response = await get(path, { method });
        assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD'], `${method} ${path}`);
      }
    }
    assert.deepEqual(asked, []);
  });
});

/** `fetch` would make another path of some of these. */
async function rawStatus(port: number, path: string): Promise<number> {
  const asking = request({ host: '127.0.0.1', port, path, agent: false, headers: { host: 'localhost' } }).end();
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}
