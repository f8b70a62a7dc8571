import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { Gauge, Registry } from 'prom-client';
import { type Asset, readPageAssets } from '../../monitor/page-assets.js';
import type { Shown } from '../../monitor/routes.js';
import { listen, type MonitorServer } from '../../monitor/server.js';
import { ConfigError } from '../../streams/kafka/config-error.js';
import { EventReader } from './event-reader.js';
import { RecordingLogger } from './recording-logger.js';
import { SNAPSHOT } from './shown-snapshot.js';

const SHOWN: Shown = {
  topology: { description: 'Topologies:' },
  history: { at: [1], produced: [2], processed: [3], lag: [4] },
  snapshot: SNAPSHOT,
  cluster: { status: { up: false, reason: 'it sleeps', since: 0 }, answered: true },
  processes: [],
};

describe("the monitor's server", () => {
  let assets: ReadonlyMap<string, Asset>;
  let server: MonitorServer;
  let registry: Registry;
  let logger: RecordingLogger;

  before(async () => {
    assets = await readPageAssets();
  });

  beforeEach(async () => {
    registry = new Registry();
    logger = new RecordingLogger();
    server = await listen(
      { host: '127.0.0.1', port: 0, allowedHosts: ['monitor'] },
      { assets, registry, logger, fetch },
    );
  });

  afterEach(() => server.close());
  after(() => server.close());

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);

  it('serves the page and its libraries with their types, so that nothing of others is loaded', async () => {
    const types: readonly [string, RegExp][] = [
      ['/', /^text\/html/],
      ['/main.js', /^text\/javascript/],
      ['/page.css', /^text\/css/],
      ['/icon.svg', /^image\/svg\+xml/],
      ['/vendor/uPlot.esm.js', /^text\/javascript/],
      ['/vendor/uPlot.min.css', /^text\/css/],
      ['/vendor/dagre.esm.js', /^text\/javascript/],
    ];
    for (const [path, type] of types) {
      const response = await get(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get('content-type') ?? '', type);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'self';/);
      assert.ok((await response.text()).length > 0);
    }
  });

  it('does not send a file again that did not change', async () => {
    const etag = (await get('/')).headers.get('etag') ?? '';
    const response = await get('/', { headers: { 'if-none-match': etag } });
    assert.equal(response.status, 304);
    assert.equal(await response.text(), '');
  });

  it('serves no other file', async () => {
    const paths = [
      '/nothing',
      '/package.json',
      '/tsconfig.json',
      '/../package.json',
      '/..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/vendor/../../package.json',
      '/vendor/uPlot.cjs.js',
      '/page/index.html',
      '//etc/passwd',
      '/main.js%00',
    ];
    for (const path of paths) {
      const { status, body } = await rawGet(server.port, path);
      assert.equal(status, 404, path);
      assert.deepEqual(Object.keys(JSON.parse(body)), ['error'], path);
    }
  });

  it('reads only', async () => {
    for (const path of ['/', '/events', '/snapshot', '/metrics', '/healthz', '/stores', '/main.js']) {
      const response = await get(path, { method: 'POST', body: 'x' });
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD'], path);
    }
  });

  it('answers 403 to whoever asks under a name that is not allowed, as a page does whose name was bound to this address', async () => {
    server.show(SHOWN);
    const paths = ['/', '/events', '/snapshot', '/metrics', '/healthz', '/readyz', '/stores', '/main.js', '/elsewhere'];
    for (const path of paths) {
      const { status, body } = await rawGet(server.port, path, 'evil.example:8080');
      assert.equal(status, 403, path);
      assert.match((JSON.parse(body) as { error: string }).error, /evil\.example.*HTTP_ALLOWED_HOSTS/);
    }
    for (const host of ['monitor:8080', 'localhost:18080', '172.18.0.5:8080', '[::1]']) {
      assert.equal((await rawGet(server.port, '/snapshot', host)).status, 200, host);
    }
  });

  it('shows what there is, and is ready when the cluster has answered', async () => {
    assert.equal((await get('/snapshot')).status, 503);
    assert.equal((await get('/events')).status, 503);
    assert.deepEqual([(await get('/healthz')).status, (await get('/readyz')).status], [200, 503]);
    server.show({ ...SHOWN, cluster: { ...SHOWN.cluster, answered: false } });
    assert.deepEqual([(await get('/healthz')).status, (await get('/readyz')).status], [200, 503]);
    server.show(SHOWN);
    const ready = await get('/readyz');
    assert.deepEqual(
      [ready.status, await ready.json()],
      [200, { status: 'ready', cluster: { up: false, reason: 'it sleeps' } }],
    );
    assert.deepEqual(await (await get('/snapshot')).json(), SNAPSHOT);
  });

  it('shows the metrics in the format of Prometheus', async () => {
    new Gauge({ name: 'answer', help: 'of all', registers: [registry] }).set(42);
    const response = await get('/metrics');
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(await response.text(), /^answer 42$/m);
  });

  it('sends a listener the topology, the history and the last snapshot, and each one from then on', async () => {
    server.show(SHOWN);
    const events = await EventReader.open(`http://127.0.0.1:${server.port}/events`);
    assert.match(events.response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.equal(events.response.headers.get('x-content-type-options'), 'nosniff');
    assert.deepEqual(await events.take(3), [
      ['topology', SHOWN.topology],
      ['history', SHOWN.history],
      ['snapshot', SNAPSHOT],
    ]);
    server.snapshot({ ...SNAPSHOT, at: 2 });
    server.topology({ description: 'another' });
    server.snapshot({ ...SNAPSHOT, at: 3 });
    assert.deepEqual(await events.take(3), [
      ['snapshot', { ...SNAPSHOT, at: 2 }],
      ['topology', { description: 'another' }],
      ['snapshot', { ...SNAPSHOT, at: 3 }],
    ]);
    await events.close();
  });

  it('refuses more listeners than it can serve, and takes others when some have gone', async () => {
    server.show(SHOWN);
    const url = `http://127.0.0.1:${server.port}/events`;
    const listening = await Promise.all(Array.from({ length: 100 }, () => EventReader.open(url)));
    const refused = await get('/events');
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
    await refused.text();
    await Promise.all(listening.map(events => events.close()));
    for (;;) {
      const events = await EventReader.open(url);
      await events.close();
      if (events.response.status === 200) break;
    }
  });

  it('ends its listeners when it closes, at once', async () => {
    server.show(SHOWN);
    const events = await EventReader.open(`http://127.0.0.1:${server.port}/events`);
    await events.take(3);
    await server.close();
    assert.equal(await events.ended(), true);
  });

  it('says what is wrong with the address that it is to listen on', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const options = { assets, registry: new Registry(), logger, fetch };
    await assert.rejects(listen({ host: '127.0.0.1', port, allowedHosts: [] }, options), (error: unknown) => {
      return error instanceof ConfigError && error.message === `HTTP_PORT ${port} is in use`;
    });
    await assert.rejects(listen({ host: '192.0.2.1', port: 0, allowedHosts: [] }, options), (error: unknown) => {
      return error instanceof ConfigError && error.message === 'HTTP_HOST 192.0.2.1 is no address of this machine';
    });
    taken.close();
  });
});

/** `fetch` would make another path of some of these, and names its own host. */
async function rawGet(
  port: number,
  path: string,
  host = 'localhost',
): Promise<{ readonly status: number; readonly body: string }> {
  const asking = request({ host: '127.0.0.1', port, path, agent: false, headers: { host } }).end();
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}
