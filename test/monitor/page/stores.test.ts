import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { StoreOwner } from '../../../streams/index.js';
import { FakeStores, PARTITIONS } from '../../http/fake-stores.js';
import { routesOf, served } from '../../http/served.js';
import { describeLivePage, type LivePage } from './live-page.js';
import { AT, snapshotAt } from './page-events.js';

const MINUTE = 60_000;
const HOSTILE = '<img src="x" onerror="window.hacked = true">&amp;';

describeLivePage('the stores on the live page', live => {
  /** Of a process of the application. */
  let process: FakeStores;

  beforeEach(() => {
    process = new FakeStores(Array<StoreOwner>(PARTITIONS).fill({ kind: 'local' }));
    live.fixture.stores = path => routesOf(served({}, process)).request(path);
    live.fixture.snapshot(snapshotAt(0));
  });

  it('are asked for when they are opened, and not again', async () => {
    await live.open();
    await live.connection('live');
    await live.shown('#figure-produced', '12\u202f345');
    assert.deepEqual(live.fixture.asked, []);
    process.owners[1] = { kind: 'remote', host: 'there:8081' };
    process.owners[2] = { kind: 'unknown' };
    await openStores(live);
    assert.deepEqual(await live.page.locator('.store-name').allTextContents(), [
      'counts',
      'windows',
      'prices',
      'visits',
    ]);
    assert.deepEqual(await live.page.locator('.store-kind').allTextContents(), [
      'key-value store, 3 partitions',
      'window store, windows of 1\u202fmin, 3 partitions',
      'versioned store, history of 1\u202fmin, 3 partitions',
      'session store, 3 partitions',
    ]);
    await live.shown('.store-places', 'here:8081 has 0; there:8081 has 1; nobody is known to have 2');
    assert.deepEqual(live.fixture.asked, ['/stores']);
    live.fixture.snapshot(snapshotAt(1, { nodes: {} }));
    await live.shown('.as-of', 'as of');
    assert.deepEqual(live.fixture.asked, ['/stores']);
    live.noComplaints();
  });

  it('show their rows, page by page', async () => {
    for (let i = 0; i < 45; i++) process.put(`user-${String(i).padStart(2, '0')}-0`, { count: i }, AT);
    await live.open({ timezoneId: 'UTC' });
    await live.page.clock.setFixedTime(AT);
    const store = await openStore(live, 'counts');
    await said(store, 'Rows 1 to 20. There are more.');
    assert.deepEqual(await heads(store), ['key', 'value', 'timestamp']);
    assert.deepEqual(await cells(store, 0), ['user-00-0', '{"count":0}', '12:00:30']);
    assert.equal(await store.locator('time').first().getAttribute('datetime'), '2026-05-06T12:00:30.000Z');
    const next = store.getByRole('button', { name: 'Next rows' });
    // The second click comes before the answer to the first.
    await live.page.evaluate('for (let i = 0; i < 2; i++) document.querySelector(".store-pages button").click()');
    await said(store, 'Rows 21 to 40. There are more.');
    assert.deepEqual(await cells(store, 0), ['user-20-0', '{"count":20}', '12:00:30']);
    await next.click();
    await said(store, 'Rows 41 to 45. There are no more.');
    assert.equal(await store.locator('tbody tr').count(), 5);
    assert.equal(await next.getAttribute('aria-disabled'), 'true');
    const asked = live.fixture.asked.length;
    await next.press('Enter');
    await store.getByRole('button', { name: 'All rows' }).click();
    await said(store, 'Rows 1 to 20. There are more.');
    assert.equal(live.fixture.asked.length, asked + 1);
    await store.getByLabel('last first').check();
    await store.locator('tbody tr').filter({ hasText: 'user-44-0' }).waitFor();
    assert.equal((await cells(store, 0))[0], 'user-44-0');
    live.noComplaints();
  });

  it('show the entry of a key, whatever is in it', async () => {
    for (const key of ['a/b?c#d 1', '%2F1', '..']) process.put(key, `value of ${key}`);
    await live.open();
    const store = await openStore(live, 'counts');
    for (const key of ['a/b?c#d 1', '%2F1', '..']) {
      await lookUp(store, key);
      await store
        .locator('tbody tr')
        .filter({ hasText: `value of ${key}` })
        .waitFor();
      await said(store, 'Row 1. There are no more.');
      assert.equal(await store.locator('tbody tr').count(), 1);
    }
    live.noComplaints();
  });

  it('show windows and sessions with their times, and those of one key', async () => {
    const day = Date.UTC(2026, 4, 6, 12);
    for (const minute of [0, 1]) process.putWindow('k1', day + minute * MINUTE, minute).putWindow('x1', day, 'x');
    await live.open({ timezoneId: 'UTC' });
    await live.page.clock.setFixedTime(AT);
    for (const name of ['windows', 'visits']) {
      const store = await openStore(live, name);
      await said(store, 'Rows 1 to 4. There are no more.');
      assert.deepEqual(await heads(store), ['key', 'start', 'end', 'value', 'timestamp']);
      assert.deepEqual(await cells(store, 0), ['k1', '12:00:00', '12:01:00', '0', '12:00:00']);
      await lookUp(store, 'k1');
      await said(store, 'Rows 1 to 2. There are no more.');
      assert.deepEqual(await cells(store, 1), ['k1', '12:01:00', '12:02:00', '1', '12:01:00']);
    }
    live.noComplaints();
  });

  it('show the newest version of versioned stores, headers, keys that are not text, and windows that never end', async () => {
    await live.open({ timezoneId: 'UTC' });
    await live.page.clock.setFixedTime(AT);
    process.putVersion('p1', AT, null, 'new');
    const prices = await openStore(live, 'prices');
    assert.deepEqual(await heads(prices), ['key', 'value', 'valid from']);
    assert.deepEqual(await cells(prices, 0), ['p1', 'new', '12:00:30']);

    const at = new Date(AT).toISOString();
    const headers = [
      { key: 'trace', value: 'x1' },
      { key: 'none', value: null },
    ];
    const entries = [
      { key: { id: 7 }, value: null, timestamp: null, headers },
      { key: 8, value: '', timestamp: at, headers: [] },
    ];
    live.fixture.stores = () => Response.json({ entries, next: null });
    const counts = await openStore(live, 'counts');
    assert.deepEqual(await heads(counts), ['key', 'value', 'timestamp', 'headers']);
    assert.deepEqual(await cells(counts, 0), ['{"id":7}', 'null', '–', 'trace: x1none: null']);
    assert.deepEqual(await cells(counts, 1), ['8', 'empty text', '12:00:30', '']);

    const window = { key: 'k', windowStart: at, windowEnd: null, value: true, timestamp: '8640000000000001' };
    live.fixture.stores = () => Response.json({ entries: [window], next: null });
    const windows = await openStore(live, 'windows');
    assert.deepEqual(await cells(windows, 0), ['k', '12:00:30', 'never', 'true', '8640000000000001']);
    live.noComplaints();
  });

  it('say in plain words what is wrong, and go on when it is mended', async () => {
    process.put('a1', 1);
    await live.open();
    const working = live.fixture.stores;
    live.fixture.stores = () => Response.json({ error: 'no process of the application is running' }, { status: 503 });
    await live.page.locator('#stores > summary').click();
    const list = live.page.locator('#stores-status');
    await list
      .filter({ hasText: 'Not now: no process of the application is running. Try again in a moment.' })
      .waitFor();
    live.fixture.stores = () => Response.json({ stores: [] });
    await live.page.getByRole('button', { name: 'Read again' }).click();
    await list.filter({ hasText: 'The application has no stores that can be queried.' }).waitFor();
    live.fixture.stores = working;
    await live.page.getByRole('button', { name: 'Read again' }).click();

    const store = await openStore(live, 'counts');
    await said(store, 'Row 1. There are no more.');
    await lookUp(store, 'bad');
    await said(store, 'This was refused: key is none of this store: not a number. Where keys are JSON,');
    assert.equal(await store.locator('table').isVisible(), false);
    await lookUp(store, 'none1');
    await said(store, 'Not found: store counts has no such key.');
    process.owners[0] = { kind: 'unknown' };
    await store.getByRole('button', { name: 'All rows' }).click();
    await said(store, 'Not now: nobody is known to have partition 0 of store counts now. Try again in a moment.');
    live.fixture.stores = () => Response.json({ error: 'there is no store counts to query' }, { status: 404 });
    await store.getByRole('button', { name: 'All rows' }).click();
    await said(store, 'Not found: there is no store counts to query.');
    process.owners[0] = { kind: 'local' };
    live.fixture.stores = working;
    await live.page.getByRole('button', { name: 'Read again' }).click();
    await said(store, 'Row 1. There are no more.');

    live.fixture.stores = async () => Response.json({ stores: [] });
    await live.page.getByRole('button', { name: 'Read again' }).click();
    await store.waitFor({ state: 'detached' });
  });

  it('show the answer to the last question, though an earlier one is answered later', async () => {
    process.put('slow1', 'of slow').put('fast1', 'of fast');
    await live.open();
    const store = await openStore(live, 'counts');
    await said(store, 'Rows 1 to 2.');
    const working = live.fixture.stores;
    let release = (): void => {};
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    live.fixture.stores = async path => {
      if (path.endsWith('/slow1')) await released;
      return await working(path);
    };
    await lookUp(store, 'slow1');
    await said(store, 'reading');
    await lookUp(store, 'fast1');
    await said(store, 'Row 1. There are no more.');
    release();
    // What was answered late has come before the answer to this.
    await live.page.evaluate('fetch("stores")');
    assert.equal((await cells(store, 0))[1], 'of fast');
    live.noComplaints();
  });

  it('are used by keyboard alone', async () => {
    for (let i = 0; i < 25; i++) process.put(`k${String(i).padStart(2, '0')}-0`, i);
    await live.open();
    const { keyboard } = live.page;
    const focused = (): Promise<unknown> =>
      live.page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
      );
    await live.page.locator('#stores > summary').focus();
    await keyboard.press('Enter');
    await live.page.locator('.store-item').first().waitFor();
    await keyboard.press('Tab');
    assert.equal(await focused(), 'Read again');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    const store = live.page.locator('.store-item').first();
    await said(store, 'Rows 1 to 20. There are more.');
    const stops: unknown[] = [];
    for (let presses = 0; presses < 6; presses++) {
      await keyboard.press('Tab');
      stops.push(await focused());
    }
    assert.deepEqual(stops, ['key', 'Look up', 'All rows', 'last first', 'Next rows', 'These rows as JSON']);
    await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await said(store, 'Rows 21 to 25. There are no more.');
    assert.equal(await focused(), 'Next rows');
    for (let presses = 0; presses < 4; presses++) await keyboard.press('Shift+Tab');
    await keyboard.type('k07-0');
    await keyboard.press('Enter');
    await said(store, 'Row 1. There are no more.');
    assert.equal(await focused(), 'key');
    assert.deepEqual((await cells(store, 0)).slice(0, 2), ['k07-0', '7']);
    live.noComplaints();
  });

  it('show all text as text, and cut what is long', async () => {
    const hosts = [{ partition: 0, host: HOSTILE }];
    live.fixture.stores = path =>
      path === '/stores'
        ? Response.json({ stores: [{ name: HOSTILE, kind: HOSTILE, partitions: hosts }] })
        : Response.json({
            entries: [{ key: HOSTILE, value: { text: `${HOSTILE}${'x'.repeat(9999)}` }, timestamp: HOSTILE }],
            next: HOSTILE,
          });
    await live.open();
    const store = await openStore(live, HOSTILE);
    await said(store, 'Row 1. There are more.');
    assert.match((await cells(store, 0))[1] ?? '', /x… \(10\u202f0\d\d characters\)$/);
    assert.equal(await live.page.locator('main img').count(), 0);
    assert.equal(await live.page.evaluate('"hacked" in window'), false);
    live.noComplaints();
  });
});

async function openStores({ page }: LivePage): Promise<void> {
  const open = page.locator('#stores');
  if ((await open.getAttribute('open')) === null) await open.locator('> summary').click();
  await page.locator('.store-item').first().waitFor();
}

/** The store of this name, with its first rows. */
async function openStore(live: LivePage, name: string): Promise<Locator> {
  const stores = live.page.locator('.store-item');
  if ((await stores.count()) === 0) await openStores(live);
  const store = stores.filter({ has: live.page.getByText(name, { exact: true }) }).first();
  await store.locator('summary').click();
  await store
    .locator('.store-status')
    .filter({ hasText: /rows|Row/ })
    .waitFor();
  return store;
}

async function lookUp(store: Locator, key: string): Promise<void> {
  await store.getByLabel('key').fill(key);
  await store.getByRole('button', { name: 'Look up' }).click();
}

/** Resolves when the store says so. */
async function said(store: Locator, text: string): Promise<void> {
  await store.locator('.store-status').filter({ hasText: text }).waitFor();
}

function heads(store: Locator): Promise<readonly string[]> {
  return store.locator('thead th').allTextContents();
}

function cells(store: Locator, row: number): Promise<readonly string[]> {
  return store.locator('tbody tr').nth(row).locator('th, td').allTextContents();
}
