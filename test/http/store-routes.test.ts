import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beforeEach, describe, it } from 'mocha';
import { shown } from '../../streams/http/shown-entry.js';
import type { StoreOwner } from '../../streams/index.js';
import { KafkaClientError } from '../../streams/kafka/ports.js';
import { FakeStores, PARTITIONS } from './fake-stores.js';
import { routesOf, served } from './served.js';

const LOCAL: StoreOwner = { kind: 'local' };
const MINUTE = 60_000;

interface Page {
  readonly entries: readonly { readonly key: string }[];
  readonly next: string | null;
}

describe('/stores of one process', () => {
  let stores: FakeStores;

  beforeEach(() => {
    stores = new FakeStores(Array<StoreOwner>(PARTITIONS).fill(LOCAL));
  });

  async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await routesOf(served({}, stores)).request(path);
    if (response.status === 503) assert.equal(response.headers.get('retry-after'), '1');
    return { status: response.status, body: await response.json() };
  }

  async function keys(path: string): Promise<readonly string[]> {
    const { status, body } = await get(path);
    assert.equal(status, 200, JSON.stringify(body));
    return (body as Page).entries.map(({ key }) => key);
  }

  it('lists the stores, with the host of each partition as far as it is known', async () => {
    stores.owners[1] = { kind: 'remote', host: 'there:8081' };
    stores.owners[2] = { kind: 'unknown' };
    const partitions = [
      { partition: 0, host: 'here:8081', local: true },
      { partition: 1, host: 'there:8081', local: false },
      { partition: 2, host: null, local: false },
    ];
    const { body } = await get('/stores');
    assert.deepEqual(body, {
      stores: [
        { name: 'counts', kind: 'keyValue', partitions },
        { name: 'windows', kind: 'window', windowSizeMs: MINUTE, partitions },
        { name: 'prices', kind: 'keyValue', historyRetentionMs: MINUTE, partitions },
        { name: 'visits', kind: 'session', partitions },
      ],
    });
  });

  it('lists them though the cluster does not answer', async () => {
    stores.failure = new KafkaClientError('connect: timed out', 'retriable', -185);
    const { status, body } = await get('/stores');
    assert.equal(status, 200);
    assert.equal(JSON.stringify(body).match(/"host":null/g)?.length, 4 * PARTITIONS);
  });

  it('gives the entry of a key', async () => {
    stores.put('chile 1', { count: 7 }, Date.UTC(2024, 0, 2));
    assert.deepEqual(await get('/stores/counts/chile%201'), {
      status: 200,
      body: { key: 'chile 1', value: { count: 7 }, timestamp: '2024-01-02T00:00:00.000Z' },
    });
  });

  it('answers 404 where there is no such key or store', async () => {
    assert.deepEqual(await get('/stores/counts/1'), { status: 404, body: { error: 'store counts has no such key' } });
    for (const path of ['/stores/none', '/stores/none/1']) {
      assert.deepEqual(await get(path), { status: 404, body: { error: 'there is no store none to query' } });
    }
  });

  for (const key of [
    'a/b',
    'a b',
    'ä€😀',
    '%41',
    '%252F',
    'a?b#c',
    'a+b',
    '..%2F..',
    '"',
    'constructor',
    '__proto__',
  ]) {
    it(`finds the key ${key}`, async () => {
      stores.put(key, 1);
      assert.deepEqual((await get(`/stores/counts/${encodeURIComponent(key)}`)).body, {
        key,
        value: 1,
        timestamp: new Date(0).toISOString(),
      });
    });
  }

  it('finds any key that is encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), async key => {
        // A path segment of dots is resolved before it is sent; URLs know no other form for it.
        fc.pre(!/^\.\.?$/.test(key) && key !== 'bad');
        const mine = new FakeStores(stores.owners).put(key, 1);
        const response = await routesOf(served({}, mine)).request(`/stores/counts/${encodeURIComponent(key)}`);
        assert.equal(((await response.json()) as { key: string }).key, key);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the windows of a key, from and to given in either way', async () => {
    for (const minute of [0, 1, 2, 3]) stores.putWindow('k1', minute * MINUTE, minute);
    stores.putWindow('other1', MINUTE, 9);
    const { body } = await get('/stores/windows/k1?from=60000&to=1970-01-01T00:02:00Z');
    const entry = (minute: number): object => ({
      key: 'k1',
      windowStart: new Date(minute * MINUTE).toISOString(),
      windowEnd: new Date((minute + 1) * MINUTE).toISOString(),
      value: minute,
      timestamp: new Date(minute * MINUTE).toISOString(),
    });
    assert.deepEqual(body, { entries: [entry(1), entry(2)], next: null });
    assert.equal((await keys('/stores/windows/k1?from=1970-01-01T02:03:00%2B02:00')).length, 1);
    assert.equal((await keys('/stores/windows/k1?from=1970-01-01T02:03:00+02:00')).length, 1);
    assert.equal((await keys('/stores/windows/k1?to=1970-01-01')).length, 1);
  });

  it('gives a range of keys, a prefix, and the reverse', async () => {
    for (const key of ['a0', 'b0', 'ba0', 'c1']) stores.put(key, 1);
    assert.deepEqual(await keys('/stores/counts?prefix=b'), ['b0', 'ba0']);
    assert.deepEqual(await keys('/stores/counts?reverse=true'), ['ba0', 'b0', 'a0', 'c1']);
    stores.putWindow('w0', 0, 1).putWindow('x0', 0, 1).putWindow('y0', 0, 1);
    assert.deepEqual(await keys('/stores/windows?keyFrom=w1&keyTo=x0'), ['x0']);
    assert.deepEqual(await keys('/stores/windows?keyFrom=x0&reverse=true'), ['y0', 'x0']);
  });

  it('gives the sessions that overlap a range of time', async () => {
    for (const minute of [0, 2, 4]) stores.putWindow('k1', minute * MINUTE, minute);
    const values = async (path: string): Promise<unknown[]> =>
      ((await get(path)).body as { entries: { value: unknown }[] }).entries.map(({ value }) => value);
    assert.deepEqual(await values('/stores/visits/k1?from=30000&to=120000'), [0, 2]);
    assert.deepEqual(await values('/stores/visits?from=200000&reverse=true'), [4]);
  });

  it('gives the version of a time, and the versions of a key', async () => {
    stores.putVersion('p1', 0, MINUTE, 'old').putVersion('p1', MINUTE, null, 'new');
    const time = (minute: number): string => new Date(minute * MINUTE).toISOString();
    const old = { key: 'p1', value: 'old', timestamp: time(0), validTo: time(1) };
    const last = { key: 'p1', value: 'new', timestamp: time(1), validTo: null };
    assert.deepEqual((await get('/stores/prices/p1?asOf=0')).body, old);
    assert.equal((await get('/stores/prices/p1?asOf=5')).status, 404);
    assert.deepEqual((await get('/stores/prices/p1/versions')).body, { entries: [old, last], next: null });
    assert.deepEqual((await get('/stores/prices/p1/versions?to=1&reverse=true')).body, { entries: [old], next: null });
    assert.deepEqual(await get('/stores/counts/p1/versions'), {
      status: 400,
      body: { error: 'store counts has no history' },
    });
  });

  it('shows a window that never ends, and a time that no date can hold', async () => {
    const window = { start: 0, end: Number.POSITIVE_INFINITY };
    const late = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(shown({ key: 'k', window, value: 1, timestamp: late }), {
      key: 'k',
      windowStart: new Date(0).toISOString(),
      windowEnd: null,
      value: 1,
      timestamp: String(late),
    });
  });

  it('gives no entries, not 404, for a key without windows', async () => {
    assert.deepEqual(await get('/stores/windows/k1'), { status: 200, body: { entries: [], next: null } });
  });

  it('shows a store that keeps no times', async () => {
    stores.put('a1', true, null);
    assert.deepEqual((await get('/stores/counts/a1')).body, { key: 'a1', value: true, timestamp: null });
  });

  it('goes through all partitions, partition by partition', async () => {
    for (const key of ['a0', 'b0', 'a1', 'a2']) stores.put(key, 1);
    assert.deepEqual(await keys('/stores/counts'), ['a0', 'b0', 'a1', 'a2']);
    assert.deepEqual(await keys('/stores/counts?from=b&to=c'), ['b0']);
    assert.deepEqual(await keys('/stores/counts?partition=1'), ['a1']);
    stores.putWindow('w0', 0, 1).putWindow('w2', MINUTE, 1);
    assert.deepEqual(await keys('/stores/windows?from=1'), ['w2']);
  });

  it('gives every entry once, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}[0-2]$/), { maxLength: 20 }),
        fc.integer({ min: 1, max: 8 }),
        async (all, limit) => {
          const mine = new FakeStores(stores.owners);
          for (const key of all) mine.put(key, 1);
          const app = routesOf(served({}, mine));
          const found: string[] = [];
          let next: string | null = null;
          do {
            const after: string = next === null ? '' : `&after=${next}`;
            const page = (await (await app.request(`/stores/counts?limit=${limit}${after}`)).json()) as Page;
            assert.ok(page.entries.length <= limit);
            found.push(...page.entries.map(({ key }) => key));
            assert.match(page.next ?? '', /^[\w-]*$/);
            next = page.next;
          } while (next !== null);
          const byPartition = [0, 1, 2].flatMap(partition =>
            all.filter(key => mine.partitionOf('counts', key) === partition),
          );
          assert.deepEqual(found, byPartition);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('ends a page with where to go on, also without entries, where enough was looked at', async () => {
    for (let minute = 0; minute < 9; minute++)
      stores.putWindow(minute === 7 ? 'rare1' : 'other1', minute * MINUTE, minute);
    stores.looksAt = 4;
    for (const path of [
      '/stores/windows/rare1?',
      '/stores/windows?partition=1&',
      '/stores/windows?from=420000&to=420000&',
    ]) {
      const found: string[] = [];
      let next: string | null = null;
      let pages = 0;
      do {
        const { status, body } = await get(`${path}limit=4${next === null ? '' : `&after=${next}`}`);
        assert.equal(status, 200);
        const page = body as Page;
        found.push(...page.entries.map(({ key }) => key));
        next = page.next;
        pages++;
      } while (next !== null);
      assert.ok(pages > 2, path);
      assert.equal(found.filter(key => key === 'rare1').length, 1, path);
    }
  });

  it('gives 100 entries at a time by default, and no more than 1000', async () => {
    for (let n = 0; n < 1200; n++) stores.put(`k${n}0`, n);
    assert.equal((await keys('/stores/counts')).length, 100);
    assert.equal((await keys('/stores/counts?limit=1000')).length, 1000);
  });

  for (const [path, parameter] of [
    ['/stores?x=1', 'x'],
    ['/stores/counts?limit=0', 'limit'],
    ['/stores/counts?limit=1001', 'limit'],
    ['/stores/counts?limit=', 'limit'],
    ['/stores/counts?limit=1e2', 'limit'],
    ['/stores/counts?limit=-1', 'limit'],
    ['/stores/counts?limit=1&limit=2', 'limit'],
    ['/stores/counts?from=bad', 'from'],
    ['/stores/counts?to=bad', 'to'],
    ['/stores/counts?after=x', 'after'],
    ['/stores/counts?after=', 'after'],
    [`/stores/counts?after=${Buffer.from('3.').toString('base64url')}`, 'after'],
    [`/stores/counts?after=${Buffer.from('1.not').toString('base64url')}`, 'after'],
    [`/stores/counts?partition=0&after=${Buffer.from('1.5').toString('base64url')}`, 'after'],
    ['/stores/counts?partition=3', 'partition'],
    ['/stores/counts?partition=-1', 'partition'],
    ['/stores/counts?form=a', 'form'],
    ['/stores/counts/1?from=2', 'from'],
    ['/stores/counts/bad', 'key'],
    ['/stores/windows/bad', 'key'],
    ['/stores/windows/k1?from=yesterday', 'from'],
    ['/stores/windows/k1?to=2024-02-30', 'to'],
    ['/stores/windows/k1?to=2024-13-01T00:00:00Z', 'to'],
    ['/stores/windows/k1?from=-1', 'from'],
    ['/stores/windows/k1?from=9999999999999999', 'from'],
    ['/stores/windows/k1?from=2&to=1', 'from'],
    ['/stores/windows/k1?from=', 'from'],
    ['/stores/windows/k1?partition=0', 'partition'],
    ['/stores/windows?to=noon', 'to'],
    ['/stores/counts?prefix=bad', 'prefix'],
    ['/stores/counts?keyFrom=a', 'keyFrom'],
    ['/stores/windows?prefix=a', 'prefix'],
    ['/stores/windows?keyTo=bad', 'keyTo'],
    ['/stores/counts?reverse=yes', 'reverse'],
    ['/stores/counts/1?asOf=0', 'asOf'],
    ['/stores/prices/1?asOf=soon', 'asOf'],
    ['/stores/prices/1/versions?from=2&to=1', 'from'],
    ['/stores/prices/bad/versions', 'key'],
    ['/stores/visits?partition=9', 'partition'],
  ] as const) {
    it(`answers 400 to ${path} and names ${parameter}`, async () => {
      const { status, body } = await get(path);
      assert.equal(status, 400);
      assert.match((body as { error: string }).error, new RegExp(`^${parameter} `));
    });
  }

  it('answers 503 where nobody is known to have the partition', async () => {
    stores.owners[1] = { kind: 'unknown' };
    const error = 'nobody is known to have partition 1 of store counts now';
    assert.deepEqual(await get('/stores/counts/1'), { status: 503, body: { error } });
    assert.deepEqual(await get('/stores/counts'), { status: 503, body: { error } });
  });

  it('answers 503 while a partition that it has announced is being restored', async () => {
    stores.owners[1] = { kind: 'remote', host: 'here:8081' };
    const error = 'partition 1 of store counts is being restored';
    assert.deepEqual(await get('/stores/counts/1'), { status: 503, body: { error } });
  });

  it('answers 503 when the partition moves away while it is read', async () => {
    const moving = new FakeStores([LOCAL, LOCAL, { kind: 'unknown' }]);
    moving.ownerOf = async () => LOCAL;
    const response = await routesOf(served({}, moving)).request('/stores/counts/2');
    assert.deepEqual([response.status, await response.json()], [503, { error: 'partition 2 is not here' }]);
  });

  it('answers 503 when the cluster does not answer who has a partition', async () => {
    stores.failure = new KafkaClientError('connect: timed out', 'retriable', -185);
    assert.deepEqual(await get('/stores/counts/1'), { status: 503, body: { error: 'the cluster does not answer' } });
  });

  it('answers 500 to what it did not expect', async () => {
    stores.failure = new TypeError('a mistake');
    assert.deepEqual(await get('/stores/counts/1'), { status: 500, body: { error: 'internal error' } });
  });
});
