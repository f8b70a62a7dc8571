import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { usersTopology } from '../../topology/users.js';
import { until } from '../integration/until.js';
import {
  AT,
  auditTotals,
  closedWindow,
  deadProcess,
  emptySnapshot,
  rejectedUser,
  runningProcess,
  snapshotAt,
  steadyHistory,
  windowTable,
} from './page-events.js';
import { PageFixture } from './page-fixture.js';

const CHROMIUM = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const HOSTILE = '<img src="x" onerror="window.hacked = true">&amp;';
const LONG = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'.repeat(2);
const SOURCE = { topic: 'user', partition: 3, offset: 42, timestamp: null };
const DESCRIPTION = usersTopology({ windowSize: '60s', windowGrace: '10s' }).describe();

describe('the live page in a browser', function () {
  this.timeout(60_000);
  if (CHROMIUM === undefined) {
    it.skip('skipped: no chromium is found; CHROMIUM may name one');
    return;
  }
  let browser: Browser;
  let fixture: PageFixture;
  let page: Page;
  /** What the console said, exceptions, and requests to other places than the fixture. */
  let complaints: string[];

  before(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });

  after(() => browser?.close());

  beforeEach(async () => {
    fixture = await PageFixture.start();
    complaints = [];
  });

  afterEach(async () => {
    await page?.context().close();
    await fixture.stop();
  });

  const open = async (options: BrowserContextOptions = {}): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    // Chromium breaks off what it loads when an interface comes or goes, as where containers start: Node fetches the files
    // for it. The event stream reconnects.
    await context.route(
      url => url.origin === fixture.origin && url.pathname !== '/events',
      async route => route.fulfill({ response: await route.fetch() }),
    );
    page.on('console', message => {
      const counts = ['error', 'warning'].includes(message.type()) && !message.text().includes('ERR_NETWORK_CHANGED');
      if (counts) complaints.push(message.text());
    });
    page.on('pageerror', error => complaints.push(String(error)));
    page.on('request', request => {
      if (new URL(request.url()).origin !== fixture.origin) complaints.push(`a request to ${request.url()}`);
    });
    await page.goto(fixture.origin);
  };
  const connection = (state: string): Promise<void> => page.locator(`#connection[data-state="${state}"]`).waitFor();
  const shown = (selector: string, text: string | RegExp): Promise<void> =>
    page.locator(selector).filter({ hasText: text }).first().waitFor();
  const problem = (text: string | RegExp): Locator => page.locator('.problem').filter({ hasText: text });
  const noComplaints = (): void => assert.deepEqual(complaints, []);

  it('shows figures and countries, and updates them where they are', async () => {
    fixture.snapshot(snapshotAt(0));
    await open();
    await shown('#figure-produced', '12\u202f345');
    await shown('#figure-unaccounted', 'nothing lost, nothing doubled');
    await shown('#window-totals', '100 users, 100 distinct, 3 countries');
    assert.deepEqual(await page.locator('#countries .bar-name').allTextContents(), ['China', 'Brazil', 'Chile']);
    await page.evaluate(`for (const kept of document.querySelectorAll('#figure-produced, #countries li'))
      kept.dataset.kept = kept.querySelector('.bar-name')?.textContent ?? 'figure'`);

    const window = windowTable(['Brazil', 80], ['China', 60], ['Peru', 40], ['Chile', 20]);
    fixture.snapshot(snapshotAt(1, { audit: auditTotals({ produced: 12_445 }), window }));
    await shown('#figure-produced', '12\u202f445');
    assert.deepEqual(await page.locator('#countries .bar-name').allTextContents(), [
      'Brazil',
      'China',
      'Peru',
      'Chile',
    ]);
    assert.deepEqual(await page.locator('#countries .bar-count').allTextContents(), ['80', '60', '40', '20']);
    const shares =
      'Array.from(document.querySelectorAll("#countries .bar"), bar => bar.style.getPropertyValue("--share"))';
    assert.deepEqual(await page.evaluate(shares), ['1', '0.75', '0.5', '0.25']);
    const kept = 'Array.from(document.querySelectorAll("[data-kept]"), element => element.dataset.kept)';
    assert.deepEqual(await page.evaluate(kept), ['figure', 'Brazil', 'China', 'Chile']);
    noComplaints();
  });

  it('moves nothing when only figures change', async () => {
    const audit = (produced: number): object => ({ audit: auditTotals({ produced }) });
    fixture.topology = { description: DESCRIPTION };
    fixture.history = steadyHistory(60);
    fixture.snapshot(snapshotAt(0, audit(12_000)));
    await open();
    await shown('#figure-produced', '12\u202f000');
    const places = `JSON.stringify(Array.from(document.querySelectorAll('.panel, .figure, .node'), place => {
      const { x, y, width, height } = place.getBoundingClientRect();
      return [x, y, width, height];
    }))`;
    const before = await page.evaluate(places);
    const nodes = { clean: { received: 12_345.6, forwarded: 12_000 } };
    fixture.snapshot(snapshotAt(1, { ...audit(99_999), nodes }));
    await shown('#figure-produced', '99\u202f999');
    assert.equal(await page.evaluate(places), before);
  });

  it('folds what is long: countries after the first 15, and ties', async () => {
    const countries = Array.from({ length: 40 }, (_none, index) => [`Country ${index}`, 100 - index] as const);
    const ties = Array.from({ length: 30 }, (_none, index) => `Tie ${index}`);
    fixture.snapshot(snapshotAt(0, { window: windowTable(...countries), closed: closedWindow(['China'], ties) }));
    await open();
    await shown('#countries-more-summary', '25 more with 1\u202f825 users');
    assert.equal(await page.locator('#countries li').count(), 15);
    assert.equal(await page.getByText('Country 39', { exact: true }).isVisible(), false);
    await page.locator('#countries-more-summary').click();
    await page.getByText('Country 39', { exact: true }).waitFor({ state: 'visible' });
    await shown('#closed', '30 countries with 1 user each');
    await page.locator('#closed summary').getByText('22 more').click();
    await page.getByText('Tie 29').waitFor({ state: 'visible' });
    // What is unfolded stays so.
    fixture.snapshot(snapshotAt(1, { window: windowTable(...countries), audit: auditTotals({ late: 8 }) }));
    await shown('#figure-late', '8');
    assert.equal(await page.getByText('Country 39', { exact: true }).isVisible(), true);
    noComplaints();
  });

  it('shows a name as text, whatever it is', async () => {
    fixture.topology = {
      description: `Topologies:\n Sub-topology: ${HOSTILE}\n Source: ${HOSTILE} (topics: [${HOSTILE}])\n --> none`,
    };
    fixture.snapshot(
      snapshotAt(0, {
        applicationId: HOSTILE,
        window: windowTable([HOSTILE, 3]),
        closed: closedWindow([HOSTILE], [HOSTILE]),
        lag: [{ topic: HOSTILE, partition: 0, end: 1, committed: 1, lag: 0 }],
        processes: [deadProcess(HOSTILE, HOSTILE)],
        rejected: [
          rejectedUser({ reason: HOSTILE, value: HOSTILE, source: { ...SOURCE, topic: HOSTILE } }),
          rejectedUser({ offset: 1, value: '\u0000\u202e"></code><script>window.hacked = true</script>' }),
        ],
      }),
    );
    await open();
    await shown('.bar-name', HOSTILE);
    const places = ['#application', '#closed', '#partitions', '#processes', '#problems', '#graph'];
    for (const place of [...places, '.rejected-reason', '.rejected-source', '.rejected-value'])
      await shown(place, HOSTILE);
    await shown('.rejected-value', '"></code><script>window.hacked = true</script>');
    assert.equal(await page.locator('main img, main script, #problems img').count(), 0);
    assert.equal(await page.evaluate('"hacked" in window'), false);
    noComplaints();
  });

  it('says that records are unaccounted for, not by colour alone', async () => {
    fixture.snapshot(snapshotAt(0, { audit: auditTotals({ unaccounted: 3 }) }));
    await open();
    await shown('#figure-unaccounted[data-state="alarm"] .figure-value', /^3$/);
    await shown('#figure-unaccounted', '3 records were processed and never came out');
    await problem('Records are unaccounted for: more were processed than came out').waitFor();
    assert.match(await page.title(), /^⚠ users/);
    fixture.snapshot(snapshotAt(1, { audit: auditTotals({ unaccounted: -1 }) }));
    await shown('#figure-unaccounted', '1 more came out than was processed');
    fixture.snapshot(snapshotAt(2));
    await shown('#figure-unaccounted[data-state="good"]', 'nothing lost, nothing doubled');
    await problem('').waitFor({ state: 'detached' });
    assert.match(await page.title(), /^users/);
  });

  it('says which process and that the cluster does not answer, why and since when, until they do', async () => {
    const alive = runningProcess('10.0.0.1:8081');
    fixture.snapshot(snapshotAt(0, { processes: [alive, runningProcess('10.0.0.2:8081')] }));
    await open({ timezoneId: 'UTC' });
    await connection('live');
    await shown('.process', '10.0.0.2:8081');
    const processes = [alive, deadProcess('10.0.0.2:8081', 'connect ECONNREFUSED')];
    fixture.snapshot(snapshotAt(5, { processes }));
    await problem('The process at 10.0.0.2:8081 does not answer since 12:00:35: connect ECONNREFUSED').waitFor();
    await shown('.process[data-state="down"]', /10\.0\.0\.2:8081.*does not answer.*ECONNREFUSED/s);

    const cluster = { up: false, reason: 'Local: All broker connections are down', since: AT + 6000 };
    fixture.snapshot(snapshotAt(7, { processes, cluster }));
    const banner = problem('The Kafka cluster does not answer since 12:00:36: Local: All broker connections are down');
    await banner.waitFor();
    assert.equal(await banner.locator('time').getAttribute('datetime'), '2026-05-06T12:00:36.000Z');
    await shown('.as-of', 'last figures: 12:00:37');
    await shown('#figure-produced', 'last known');
    assert.equal(await page.locator('[role=alert] .problem').count(), 2);

    fixture.snapshot(snapshotAt(8, { processes: [alive, runningProcess('10.0.0.2:8081')] }));
    await problem('').first().waitFor({ state: 'detached' });
    await shown('.as-of', 'as of 12:00:38');
    noComplaints();
  });

  it('says that the monitor is away, and comes back by itself, also after a refusal', async () => {
    fixture.snapshot(snapshotAt(0));
    await open();
    await connection('live');
    fixture.refuse = 503;
    fixture.breakStreams();
    await problem('The monitor does not answer since').waitFor();
    await connection('broken');
    await shown('#figure-produced', '12\u202f345');
    fixture.refuse = undefined;
    fixture.snapshot(snapshotAt(9, { audit: auditTotals({ produced: 20_000 }) }));
    await shown('#figure-produced', '20\u202f000');
    await connection('live');
    await problem('').waitFor({ state: 'detached' });
    // The browser itself tells the console of a connection that breaks, and of the refusal.
    assert.deepEqual(
      complaints.filter(complaint => !/Failed to load resource|ERR_/.test(complaint)),
      [],
    );
  });

  it('notices a monitor that is connected and says nothing', async () => {
    fixture.snapshot(snapshotAt(0));
    await open();
    await connection('live');
    await page.clock.install();
    await page.reload();
    await connection('live');
    await page.clock.runFor(7000);
    await problem('The monitor is connected, but sends nothing since').waitFor();
    await connection('silent');
    fixture.snapshot(snapshotAt(8));
    await page.clock.runFor(100);
    await connection('live');
    await problem('').waitFor({ state: 'detached' });
    noComplaints();
  });

  it('says that it can not read what the monitor sends, and goes on with what it can', async () => {
    fixture.snapshot(snapshotAt(0));
    await open();
    await connection('live');
    for (const unreadable of ['{"at":', '{"at":1}', 'null']) {
      fixture.event('snapshot', unreadable);
      await problem('says what this page does not understand').waitFor();
      await shown('#figure-produced', '12\u202f345');
      fixture.snapshot(snapshotAt(1));
      await connection('live');
    }
    fixture.event('news', 'of a later version');
    fixture.event('snapshot', JSON.stringify({ ...snapshotAt(2, { audit: auditTotals({ late: 9 }) }), later: true }));
    await shown('#figure-late', '9');
    await connection('live');
    noComplaints();
  });

  it('is readable before the first record, and stays so when everything comes', async () => {
    fixture.snapshot(emptySnapshot(0));
    await open();
    await shown('#figure-unaccounted', 'no checkpoint yet');
    for (const text of [
      'No window is open',
      'No window has closed yet',
      'has told its topology',
      'has announced itself',
      'No user was rejected',
    ])
      await page.locator('.empty').filter({ hasText: text }).waitFor({ state: 'visible' });
    assert.equal(await page.locator('.plot-empty:visible').count(), 3);
    fixture.event('topology', JSON.stringify({ description: DESCRIPTION }));
    fixture.snapshot(snapshotAt(1));
    await shown('.node', 'user-cleaned');
    await shown('#partitions', 'none');
    // One sample makes no rate yet, but a lag.
    assert.equal(await page.locator('.plot-empty:visible').count(), 1);
    assert.equal(await page.locator('.empty:visible').count(), 0);
    noComplaints();
  });

  it('tells by text what the charts show, in a table too', async () => {
    fixture.history = steadyHistory(120);
    fixture.snapshot(snapshotAt(0, { audit: auditTotals({ produced: 10_500, lag: 1500 }) }));
    await open({ timezoneId: 'UTC' });
    await shown('#flow-summary', 'Records a second, the last 2 minutes; at most 200/s in and 90/s out.');
    await shown('#flow-legend', 'in 200/s');
    await shown('#lag-summary', 'now 1\u202f500, at most 1\u202f500');
    await shown('#distinct-summary', '3 windows; most distinct users in one: 92.');
    await page.locator('#flow-table summary').click();
    const rows = page.locator('#flow-table tbody tr');
    await rows.first().waitFor();
    assert.deepEqual(await rows.nth(0).locator('th, td').allTextContents(), ['12:00:30', '200/s', '90/s']);
    assert.deepEqual(await rows.nth(1).locator('th, td').allTextContents(), ['12:00:26', '100/s', '90/s']);
    assert.equal(await page.getByRole('img', { name: 'Chart: records a second in and out' }).count(), 1);
    const plot = page.locator('#flow-plot');
    const drawn = await plot.screenshot();
    fixture.snapshot(snapshotAt(100, { audit: auditTotals({ produced: 90_000 }) }));
    await shown('#flow-summary', 'the last 4 minutes');
    assert.notDeepEqual(await plot.screenshot(), drawn);
    await page.setViewportSize({ width: 600, height: 800 });
    const widths = '["#flow-plot", "#flow-plot .uplot"].map(place => document.querySelector(place).clientWidth)';
    await until(
      'the chart is as wide as its place',
      10_000,
      () => page.evaluate(widths) as Promise<readonly number[]>,
      ([place, chart]) => place === chart,
    );
    noComplaints();
  });

  it('takes a history of any lengths, and windows of no order', async () => {
    fixture.history = { at: [AT - 2000, AT - 1000], produced: [1], processed: [], lag: [3, 4, 5, 6] };
    const distinctUsers = [5, 3, 9].map(minute => ({ windowStart: AT + minute * 60_000, distinctUsers: minute }));
    fixture.snapshot(snapshotAt(0, { distinctUsers }));
    await open();
    await shown('#lag-summary', 'now 1\u202f000');
    await shown('#distinct-summary', 'most distinct users in one: 9');
    await connection('live');
    noComplaints();
  });

  it('shows tasks by process with their restore progress', async () => {
    fixture.snapshot(snapshotAt(0));
    await open({ timezoneId: 'UTC' });
    await shown('#processes-note', '1 process, 2 tasks');
    const rows = page.locator('.tasks tbody tr');
    assert.deepEqual(await rows.nth(0).locator('th, td').allTextContents(), [
      '0_0',
      'running',
      '5\u202f200',
      '7',
      '12:00:30',
    ]);
    await shown('.tasks tbody tr:nth-child(2)', 'restoring 25\u202f%');
    const progress = page.getByRole('progressbar', { name: '0_1 restored' });
    assert.equal(await progress.getAttribute('value'), '0.257');
    const task = { id: '0_1', state: 'RUNNING', streamTime: AT, processed: 1, late: 0, restored: 1 } as const;
    fixture.snapshot(snapshotAt(1, { processes: [runningProcess('10.0.0.1:8081', task)] }));
    await progress.waitFor({ state: 'hidden' });
    assert.equal(await rows.count(), 1);
  });

  it('shows the last rejected users with time, reason and value, as they come', async () => {
    const first = rejectedUser({ at: AT - 86_400_000, value: null, reason: 'value: null' });
    fixture.snapshot(snapshotAt(0, { rejected: [first] }));
    await open({ timezoneId: 'UTC' });
    const users = page.locator('#rejected > li');
    await shown('.rejected-reason', 'value: null');
    assert.deepEqual(await users.locator('> *').allTextContents(), [
      '5 May 12:00:30',
      'value: nulluser, partition 3, offset 42',
      'no value',
    ]);
    await page.evaluate(`document.querySelector('#rejected > li').dataset.kept = ''`);
    const second = rejectedUser({ offset: 1, value: '', reason: null, source: null });
    const source = { ...SOURCE, timestamp: 9_999_999_999_999 };
    const third = rejectedUser({ offset: 2, reason: 'timestamp: too far ahead', source });
    fixture.snapshot(snapshotAt(1, { rejected: [third, second, first] }));
    await shown('.rejected-reason', 'timestamp: too far ahead');
    assert.deepEqual(await users.locator('.rejected-reason').allTextContents(), [
      'timestamp: too far ahead',
      'no reason given',
      'value: null',
    ]);
    assert.deepEqual(await users.locator('.rejected-source').allTextContents(), [
      'user, partition 3, offset 42, timestamp 9999999999999',
      '',
      'user, partition 3, offset 42',
    ]);
    assert.deepEqual(await users.locator('.rejected-value').allTextContents(), [
      '{"email":"ada@example.org"}',
      'empty value',
      'no value',
    ]);
    assert.equal(await users.nth(0).locator('time').getAttribute('datetime'), '2026-05-06T12:00:30.000Z');
    assert.equal(await users.nth(2).getAttribute('data-kept'), '');
    fixture.snapshot(snapshotAt(2, { rejected: [] }));
    await page.locator('.empty').filter({ hasText: 'No user was rejected' }).waitFor({ state: 'visible' });
    assert.equal(await users.count(), 0);
    noComplaints();
  });

  it('draws the topology of describe() with rates on its edges, and lists it', async () => {
    fixture.topology = { description: DESCRIPTION };
    const nodes = {
      clean: { received: 1234, forwarded: 1200 },
      'cleaned-users': { received: 1199, forwarded: 0 },
      'count-countries': { received: 0.5, forwarded: 0.25 },
    };
    fixture.snapshot(snapshotAt(0, { nodes }));
    await open();
    await shown('.edge-rate', '1\u202f234/s');
    await shown('.edge-rate', '1\u202f199/s');
    await shown('.edge-rate', '0.5/s');
    assert.equal(await page.locator('#graph .node').count(), 43);
    assert.equal(await page.locator('#graph .node.store').count(), 7);
    assert.equal(await page.locator('.node title').getByText('count-countries').count(), 1);
    assert.equal(await overlapping(page), 0);
    await page.locator('#topology-list summary').click();
    await shown(
      '#topology-list li',
      /^clean processor, from user, to user-cleaned and by-country and .* 1\u202f234\/s in, 1\u202f200\/s out$/,
    );
    fixture.snapshot(snapshotAt(1, { nodes: { clean: { received: 7, forwarded: 6 } } }));
    await shown('.edge-rate', /^7\.0\/s$/);
    await shown('#topology-list li', '7.0/s in, 6.0/s out');
    fixture.event('topology', JSON.stringify({ description: null }));
    fixture.event('topology', JSON.stringify({ description: DESCRIPTION.replaceAll('clean', 'scrub') }));
    await shown('.node', 'scrub');
    assert.equal(await page.locator('#graph svg').count(), 1);
    noComplaints();
  });

  it('is used by keyboard: skip link, foldings, and the nodes of the graph', async () => {
    fixture.topology = { description: DESCRIPTION };
    fixture.snapshot(snapshotAt(0, { nodes: { clean: { received: 1234, forwarded: 1200 } } }));
    await open();
    await shown('.node', 'clean');
    const focused = (): Promise<unknown> =>
      page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
    const stops: unknown[] = [];
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement === document.body')) === true) break;
      stops.push(await focused());
    }
    assert.deepEqual(stops.slice(0, 2), ['Skip to the figures', 'As a table']);
    assert.equal(stops.filter(stop => String(stop).startsWith('user, source users')).length, 1);
    assert.equal(stops.at(-1), 'As a list');

    await page.locator('.node[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'clean, processor, 1\u202f234/s in, 1\u202f200/s out');
    await shown('#node-detail', 'clean, processor, 1\u202f234/s in, 1\u202f200/s out, from user, to user-cleaned');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    assert.match(String(await focused()), /^clean/);
    await page.locator('#topology-list summary').focus();
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(outline), 'solid');
  });

  it('says on a phone that the graph goes on, and nothing of it where all is seen', async () => {
    fixture.topology = { description: DESCRIPTION };
    fixture.snapshot(snapshotAt(0));
    for (const [width, seen] of [
      [360, true],
      [1600, false],
    ] as const) {
      await open({ viewport: { width, height: 740 } });
      await shown('.node', 'user');
      assert.equal(await page.locator('#graph-hint').isVisible(), seen, `${width}`);
      await page.context().close();
    }
  });

  for (const width of [360, 768]) {
    it(`does not scroll sideways at a width of ${width}, with the longest names`, async () => {
      fixture.topology = { description: DESCRIPTION.replaceAll('clean', LONG) };
      fixture.history = steadyHistory(60);
      const dead = deadProcess(LONG, LONG);
      const task = {
        id: '10_123',
        state: 'RESTORING',
        streamTime: 0,
        processed: 1e9,
        late: 1e9,
        restored: 0.99,
      } as const;
      fixture.snapshot(
        snapshotAt(0, {
          applicationId: LONG,
          audit: auditTotals({ produced: 123_456_789_012, cleaned: 123_456_789_012, unaccounted: -123_456_789_012 }),
          window: windowTable([LONG, 123_456_789], ['China', 1]),
          closed: closedWindow([LONG, 'China'], [LONG]),
          lag: [{ topic: LONG, partition: 0, end: 123_456_789_012, committed: 123_456_789_012, lag: 1e11 }],
          processes: [dead, runningProcess(`${LONG}:8081`, task)],
          nodes: { [LONG]: { received: 1e9, forwarded: 1e9 } },
          rejected: [rejectedUser({ at: 0, reason: LONG, value: LONG.repeat(4), source: { ...SOURCE, topic: LONG } })],
        }),
      );
      await open({ viewport: { width, height: 740 } });
      await shown('.node', 'user');
      await shown('.bar-name', LONG);
      for (const summary of await page.locator('summary:visible').all()) await summary.click();
      assert.deepEqual(await page.evaluate(CLIPPED), []);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has a contrast of at least 4.5 for its text in ${colorScheme}`, async () => {
      fixture.topology = { description: DESCRIPTION };
      fixture.history = steadyHistory(10);
      const processes = [
        ...snapshotAt(0).processes,
        deadProcess('10.0.0.2:8081', 'refused'),
        { ...runningProcess('10.0.0.3:8081'), state: 'REBALANCING' },
      ];
      fixture.snapshot(snapshotAt(0, { processes, nodes: { clean: { received: 5, forwarded: 5 } } }));
      await open({ colorScheme });
      await shown('.edge-rate', '5.0/s');
      const good = (await page.evaluate(LOW_CONTRAST)) as { readonly seen: number; readonly low: readonly string[] };
      assert.deepEqual(good.low, []);
      assert.equal(good.seen > 80, true, `text in ${good.seen} places`);
      const cluster = { up: false, reason: 'away', since: AT };
      fixture.snapshot(snapshotAt(1, { processes, cluster, audit: auditTotals({ unaccounted: 1 }) }));
      await problem('cluster').waitFor();
      const bad = (await page.evaluate(LOW_CONTRAST)) as { readonly low: readonly string[] };
      assert.deepEqual(bad.low, []);
      const [light] = (await page.evaluate(
        'getComputedStyle(document.body).backgroundColor.match(/\\d+/g)',
      )) as string[];
      assert.equal(Number(light) > 128, colorScheme === 'light');
    });
  }

  it('has one main heading, landmarks, and a name for each section', async () => {
    fixture.snapshot(snapshotAt(0));
    await open();
    await connection('live');
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    for (const landmark of ['banner', 'main', 'contentinfo'] as const)
      assert.equal(await page.getByRole(landmark).count(), 1);
    const sections = await page.locator('main > section').count();
    assert.equal(await page.getByRole('region').count(), sections);
    const live =
      'Array.from(document.querySelectorAll("[role=status], [role=alert], [aria-live]"), region => region.id)';
    assert.deepEqual(await page.evaluate(live), ['connection', '']);
  });

  it('moves nothing by itself where less motion is wanted', async () => {
    fixture.snapshot(snapshotAt(0));
    await open({ reducedMotion: 'reduce' });
    await shown('.bar-name', 'China');
    assert.equal(await page.evaluate('getComputedStyle(document.querySelector(".bar")).transitionDuration'), '0s');
  });
});

/** Pairs of nodes of the graph that cover each other. */
async function overlapping(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const boxes = Array.from(document.querySelectorAll('#graph .node .shape'), shape => shape.getBoundingClientRect());
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    return boxes.flatMap((a, index) => boxes.slice(index + 1).filter(b => !apart(a, b))).length;
  })()`);
}

/** Elements that stick out of the page without a container that scrolls or cuts them. */
const CLIPPED = `Array.from(document.querySelectorAll('body *'))
  .filter(element => !element.closest('.graph-scroll, .table-scroll, .plot, .visually-hidden, .skip, .bar-name') && element.checkVisibility())
  .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map(element => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))`;

/** Places with text, and those of them whose text stands out less than WCAG's AA asks. */
const LOW_CONTRAST = `(() => {
  const parse = color => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = part => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const backgroundOf = element => {
    const shape = element.closest('g.node')?.querySelector('.shape');
    if (shape) return parse(getComputedStyle(shape).fill);
    for (let above = element; above; above = above.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(above).backgroundColor);
      if (alpha === 1) return [r, g, b];
      if (alpha !== 0) throw new Error('a background that is half transparent: ' + above.className);
    }
    return [255, 255, 255];
  };
  const places = Array.from(document.querySelectorAll('body *')).filter(element =>
    element.checkVisibility() && element.tagName !== 'title' && element.tagName !== 'SCRIPT' &&
    Array.from(element.childNodes).some(child => child.nodeType === 3 && child.data.trim() !== ''));
  const low = places.flatMap(element => {
    const style = getComputedStyle(element);
    const color = parse(element instanceof SVGElement ? style.fill : style.color);
    const [bright, dim] = [luminance(color), luminance(backgroundOf(element))].sort((a, b) => b - a);
    const contrast = (bright + 0.05) / (dim + 0.05);
    return contrast >= 4.5 ? [] : [element.textContent + ' (' + element.className + '): ' + contrast.toFixed(2)];
  });
  return { seen: places.length, low };
})()`;
