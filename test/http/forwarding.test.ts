import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Registry } from 'prom-client';
import { bindServer, type HttpServer } from '../../streams/http/http-server.js';
import { FORWARDED_HEADER } from '../../streams/http/owner-client.js';
import type { StoreOwner } from '../../streams/index.js';
import { freePort } from '../broker/free-port.js';
import { until } from '../integration/until.js';
import { FakeStores } from './fake-stores.js';
import { recordingLogger, served } from './served.js';

const LOCAL: StoreOwner = { kind: 'local' };
const EPOCH = '1970-01-01T00:00:00.000Z';

interface Process {
  readonly host: string;
  readonly stores: FakeStores;
  readonly server: HttpServer;
}

describe('/stores of several processes', function () {
  this.timeout(20_000);
  const processes: Process[] = [];
  const log: string[] = [];
  let strangers: Server[];

  beforeEach(async () => {
    strangers = [];
    log.length = 0;
    // Partition n is at process n.
    for (let own = 0; own < 3; own++) {
      const server = await bindServer({
        host: '127.0.0.1',
        port: 0,
        registry: new Registry(),
        logger: recordingLogger(log),
      });
      processes.push({ host: `127.0.0.1:${server.port}`, stores: new FakeStores([]), server });
    }
    for (const [own, { host, stores, server }] of processes.entries()) {
      for (const [partition, other] of processes.entries()) {
        stores.owners[partition] = partition === own ? LOCAL : { kind: 'remote', host: other.host };
      }
      server.attach(served({ host }, stores));
    }
  });

  afterEach(async () => {
    for (const { server } of processes.splice(0)) await server.close();
    for (const stranger of strangers) {
      stranger.closeAllConnections();
      stranger.close();
    }
  });

  function at(own: number): Process {
    const process = processes[own];
    if (process === undefined) throw new RangeError(`no process ${own}`);
    return process;
  }

  async function get(own: number, path: string, headers: Record<string, string> = {}): Promise<[number, unknown]> {
    const response = await fetch(`http://${at(own).host}${path}`, { headers });
    assert.equal(response.headers.get('retry-after'), response.status === 503 ? '1' : null);
    return [response.status, await response.json()];
  }

  /** A process that is none of ours has partition 1. */
  async function stranger(answer: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(answer as never);
    strangers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    at(0).stores.owners[1] = { kind: 'remote', host };
    return host;
  }

  describe('where the answer may be old', () => {
    beforeEach(() => {
      at(1).stores.put('k1', 'new').putWindow('k1', 0, 'new');
      at(2).stores.put('k1', 'old').putWindow('k1', 0, 'old').standbys.add(1);
      at(0).stores.standbyHosts[1] = [at(2).host];
    });

    it('is asked of the one that has it, while that answers', async () => {
      const entry = { key: 'k1', value: 'new', timestamp: EPOCH };
      assert.deepEqual(await get(0, '/stores/counts/k1?stale=true'), [200, { ...entry, stale: false }]);
      assert.deepEqual(await get(0, '/stores/counts?stale=true&partition=1'), [
        200,
        { entries: [entry], next: null, stale: false },
      ]);
      assert.deepEqual(await get(0, '/stores/counts/k1'), [200, entry]);
    });

    it('comes from the standby that is here', async () => {
      const [status, body] = await get(2, '/stores/counts/k1?stale=true');
      assert.deepEqual([status, body], [200, { key: 'k1', value: 'old', timestamp: EPOCH, stale: true }]);
    });

    it('comes from a standby elsewhere where the one that has it does not answer', async () => {
      await at(1).server.close();
      assert.equal((await get(0, '/stores/counts/k1'))[0], 503);
      const [status, body] = await get(0, '/stores/counts/k1?stale=true');
      assert.deepEqual([status, body], [200, { key: 'k1', value: 'old', timestamp: EPOCH, stale: true }]);
      for (const path of ['/stores/counts?stale=true', '/stores/windows?stale=true', '/stores/windows/k1?stale=true']) {
        const [, page] = await get(0, path);
        const { entries, stale } = page as { entries: { value: unknown }[]; stale: boolean };
        assert.deepEqual([path, entries.map(({ value }) => value), stale], [path, ['old'], true]);
      }
    });

    it('has no such key where the standby has none', async () => {
      await at(1).server.close();
      assert.equal((await get(0, '/stores/counts/x1?stale=true'))[0], 404);
    });

    it('is nowhere where nobody has anything', async () => {
      at(0).stores.owners[1] = { kind: 'unknown' };
      at(0).stores.standbyHosts[1] = [];
      const nobody = { error: 'nobody is known to have partition 1 of store counts now' };
      assert.deepEqual(await get(0, '/stores/counts/k1?stale=true'), [503, nobody]);
    });

    it('is true or false', async () => {
      const refused = { error: 'stale must be true or false' };
      assert.deepEqual(await get(0, '/stores/counts/k1?stale=yes'), [400, refused]);
    });
  });

  it('give the same answer, whichever is asked', async () => {
    at(1).stores.put('ä/b 1', new Map([['x', 1n]]));
    at(2).stores.putWindow('k2', 0, 5).putWindow('k2', 60_000, 6);
    for (const path of [
      `/stores/counts/${encodeURIComponent('ä/b 1')}`,
      '/stores/counts/nothing1',
      '/stores/windows/k2',
      '/stores/windows/k2?limit=1',
      '/stores/windows/k2?from=1970-01-01T00:01:00Z',
      '/stores/windows/k2?from=2&to=1',
      '/stores/counts',
      '/stores/windows?from=0&to=10',
    ]) {
      const [first, second, third] = [await get(0, path), await get(1, path), await get(2, path)];
      assert.deepEqual(first, second, path);
      assert.deepEqual(first, third, path);
    }
    const [, entry] = await get(0, `/stores/counts/${encodeURIComponent('ä/b 1')}`);
    assert.deepEqual((entry as { value: unknown }).value, [['x', '1']]);
  });

  it('go on with a page wherever it began', async () => {
    for (const [own, { stores }] of processes.entries())
      for (const key of ['a', 'b', 'c']) stores.put(`${key}${own}`, 1);
    const found: string[] = [];
    let next: string | null = null;
    let asked = 0;
    do {
      const after: string = next === null ? '' : `&after=${next}`;
      const [status, body] = await get(asked++ % 3, `/stores/counts?limit=2${after}`);
      assert.equal(status, 200);
      const page = body as { entries: { key: string }[]; next: string | null };
      found.push(...page.entries.map(({ key }) => key));
      next = page.next;
    } while (next !== null);
    assert.deepEqual(found, ['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  it('do not pass on what was passed on: 503', async () => {
    const error = 'partition 1 of store counts is not here';
    assert.deepEqual(await get(0, '/stores/counts/1', { [FORWARDED_HEADER]: '1' }), [503, { error }]);
  });

  it('do not go in circles when each believes that the other one has it', async () => {
    at(0).stores.owners[1] = { kind: 'remote', host: at(2).host };
    at(2).stores.owners[1] = { kind: 'remote', host: at(0).host };
    const error = `${at(2).host}: partition 1 of store counts is not here`;
    assert.deepEqual(await get(0, '/stores/counts/1'), [503, { error }]);
  });

  it('name the host that is not there', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    at(0).stores.owners[1] = { kind: 'remote', host };
    assert.deepEqual(await get(0, '/stores/counts/1'), [503, { error: `${host} gave no answer` }]);
  });

  it('name the host that takes too long: 504', async () => {
    const host = await stranger(() => {});
    assert.deepEqual(await get(0, '/stores/counts/1'), [504, { error: `${host} did not answer within 5000 ms` }]);
  });

  it('report a host that is none of the application’s', async () => {
    const host = await stranger((_request, response) => void response.writeHead(200).end('<html>'));
    assert.deepEqual(await get(0, '/stores/counts/1'), [503, { error: `${host} gave no answer` }]);
    const other = await stranger((_request, response) => void response.writeHead(200).end('{"hello":1}'));
    const error = `${other} did not answer with a page of the store`;
    assert.deepEqual(await get(0, '/stores/windows/1'), [502, { error }]);
    const noEntry = `${other} did not answer with an entry of the store`;
    assert.deepEqual(await get(0, '/stores/counts/1'), [502, { error: noEntry }]);
    const failing = await stranger((_request, response) => void response.writeHead(500).end('{"error":"oh"}'));
    assert.deepEqual(await get(0, '/stores/counts/1'), [502, { error: `${failing}: oh` }]);
  });

  for (const [where, path] of [
    ['here', '/stores/windows/k0'],
    ['elsewhere', '/stores/windows/k1'],
  ] as const) {
    it(`read no more when the client has gone (${where})`, async () => {
      const { stores } = at(where === 'here' ? 0 : 1);
      stores.readsForEver = true;
      const gone = new AbortController();
      const asking = assert.rejects(fetch(`http://${at(0).host}${path}`, { signal: gone.signal }));
      await until(
        'it is read',
        5000,
        async () => stores.reading,
        pages => pages > 0,
      );
      gone.abort();
      await asking;
      await until(
        'it is given up',
        5000,
        async () => stores.givenUp,
        pages => pages > 0,
      );
      assert.deepEqual(log, []);
    });
  }

  it('read no answer without end: 502', async () => {
    let brokenOff = false;
    const host = await stranger((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1_000_000, ' ')));
      };
      response.on('drain', more);
      response.on('close', () => {
        brokenOff = true;
      });
      more();
    });
    const error = `${host}: its answer is larger than 33554432 bytes`;
    assert.deepEqual(await get(0, '/stores/counts?partition=1'), [502, { error }]);
    await until(
      'it is broken off',
      5000,
      async () => brokenOff,
      isSo => isSo,
    );
  });
});
