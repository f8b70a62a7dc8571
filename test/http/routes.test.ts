import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Counter, Registry } from 'prom-client';
import type { ServedApplication } from '../../streams/http/served-application.js';
import type { StreamsState } from '../../streams/index.js';
import { taskStatus } from '../metrics/status.js';
import { routesOf, served } from './served.js';

const PATHS = ['/healthz', '/readyz', '/metrics', '/topology', '/status', '/stores', '/stores/a', '/stores/a/b'];

describe('routes of a process', () => {
  it('answers nothing but that it lives before there is an application', async () => {
    const app = routesOf(undefined);
    assert.equal((await app.request('/healthz')).status, 200);
    for (const path of [...PATHS.slice(1), '/elsewhere']) {
      const response = await app.request(path);
      assert.equal(response.status, 503, path);
      assert.equal(response.headers.get('retry-after'), '1');
      assert.deepEqual(await response.json(), { error: 'the process is starting' });
    }
  });

  for (const [state, health, readiness] of [
    ['CREATED', 200, 503],
    ['REBALANCING', 200, 503],
    ['RUNNING', 200, 200],
    ['PENDING_SHUTDOWN', 200, 503],
    ['NOT_RUNNING', 503, 503],
    ['ERROR', 503, 503],
  ] as const satisfies readonly (readonly [StreamsState, number, number])[]) {
    it(`${state}: /healthz ${health}, /readyz ${readiness}`, async () => {
      const app = routesOf(served({ state }));
      const healthy = await app.request('/healthz');
      assert.deepEqual([healthy.status, await healthy.json()], [health, { state }]);
      const ready = await app.request('/readyz');
      const reason = readiness === 200 ? {} : { reason: `the application is ${state}` };
      assert.deepEqual([ready.status, await ready.json()], [readiness, { state, ...reason }]);
    });
  }

  it('is not ready while a task is being restored, and says which', async () => {
    const tasks = [
      taskStatus('0_0'),
      taskStatus('0_1', { state: 'RESTORING' }),
      taskStatus('1_1', { state: 'RESTORING' }),
    ];
    const response = await routesOf(served({ tasks })).request('/readyz');
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { state: 'RUNNING', reason: 'tasks are being restored: 0_1, 1_1' });
  });

  it('is not ready in state ERROR, and says what stopped it', async () => {
    const error = 'topic user has 6 partitions, and had 4 before';
    const response = await routesOf(served({ state: 'ERROR', error })).request('/readyz');
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { state: 'ERROR', reason: `the application is ERROR: ${error}` });
  });

  it('is not ready where a partition can not be read on, and says where, why and what to do', async () => {
    const place = { topic: 'user', partition: 2, offset: 40, codec: 'zstd' };
    const unreadable = [{ ...place, reason: "user-2 can't be read on from offset 40" }];
    for (const state of ['RUNNING', 'REBALANCING'] as const) {
      const app = routesOf(served({ state, unreadable }));
      const response = await app.request('/readyz');
      assert.equal(response.status, 503);
      assert.deepEqual(await response.json(), { state, reason: "user-2 can't be read on from offset 40" });
      assert.equal((await app.request('/healthz')).status, 200);
    }
  });

  it('shows the metrics of the registry in the text format', async () => {
    const registry = new Registry();
    new Counter({ name: 'things_total', help: 'Things', registers: [registry] }).inc(3);
    const response = await routesOf(served(), { registry }).request('/metrics');
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(await response.text(), /^# HELP things_total Things\n# TYPE things_total counter\nthings_total 3\n$/);
  });

  it('shows the topology as text', async () => {
    const response = await routesOf(served()).request('/topology');
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/i);
    assert.equal(await response.text(), 'Topologies:\n   Sub-topology: 0\n');
  });

  it('shows the status as JSON', async () => {
    const application = served({ tasks: [taskStatus('0_0', { streamTime: 5 })] });
    const response = await routesOf(application).request('/status');
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(await response.json(), application.streams.status);
  });

  it('answers HEAD like GET, without a body', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/topology', '/status', '/stores']) {
      const response = await routesOf(served()).request(path, { method: 'HEAD' });
      assert.deepEqual([response.status, await response.text()], [200, ''], path);
    }
  });

  it('answers 405 to other methods, with those that are allowed', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const path of PATHS) {
        const response = await routesOf(served()).request(path, { method });
        assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD'], `${method} ${path}`);
        assert.deepEqual(await response.json(), { error: `${method} is not allowed` });
      }
    }
  });

  for (const path of ['/', '/health', '/metrics/x', '/healthz/', '/stores/', '/stores/a/b/c', '/%2e%2e/etc/passwd']) {
    it(`answers 404 to ${path}, whatever the method`, async () => {
      for (const method of ['GET', 'POST']) {
        const response = await routesOf(served()).request(path, { method });
        assert.equal(response.status, 404);
        assert.match(((await response.json()) as { error: string }).error, /^there is no \//);
      }
    });
  }

  for (const path of ['/%', '/stores/%zz', '/stores/a/%ff', '/stores/a/%c3%28', '/stores?%=1', '/stores/a?limit=%e0']) {
    it(`answers 400 to ${path}, which is not well encoded`, async () => {
      const response = await routesOf(served()).request(path);
      assert.equal(response.status, 400);
      assert.match(((await response.json()) as { error: string }).error, /is not well encoded/);
    });
  }

  it('answers 414 to a URL that is too long', async () => {
    const response = await routesOf(served()).request(`/stores/a/${'k'.repeat(9000)}`);
    assert.deepEqual([response.status, await response.json()], [414, { error: 'the URL is too long' }]);
  });

  it('logs what goes wrong inside and answers nothing of it', async () => {
    const log: string[] = [];
    const broken: ServedApplication = {
      ...served(),
      get streams(): never {
        throw new RangeError('at line 7 of a secret file');
      },
    };
    const response = await routesOf(broken, { log }).request('/status');
    assert.deepEqual([response.status, await response.json()], [500, { error: 'internal error' }]);
    assert.match(log.join('\n'), /^GET \/status: RangeError: at line 7 of a secret file\n +at /);
  });

  it('lets nobody keep or misread an answer', async () => {
    for (const path of ['/status', '/elsewhere', '/stores/a?limit=0']) {
      const { headers } = await routesOf(served()).request(path);
      assert.equal(headers.get('cache-control'), 'no-store', path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    }
  });
});
