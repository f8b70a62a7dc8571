import assert from 'node:assert/strict';
import { DESCRIPTION, describeLivePage } from './live-page.js';
import {
  AT,
  auditTotals,
  closedWindow,
  deadProcess,
  rejectedUser,
  runningProcess,
  snapshotAt,
  steadyHistory,
  windowTable,
} from './page-events.js';

const LONG = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'.repeat(2);
const SOURCE = { topic: 'user', partition: 3, offset: 42, timestamp: null };

describeLivePage('the use of the live page by anybody', live => {
  it('is used by keyboard: skip link, foldings, and the nodes of the graph', async () => {
    live.fixture.topology = { description: DESCRIPTION };
    live.fixture.snapshot(snapshotAt(0, { nodes: { clean: { received: 1234, forwarded: 1200 } } }));
    await live.open();
    await live.shown('.node', 'clean');
    const focused = (): Promise<unknown> =>
      live.page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
    const stops: unknown[] = [];
    for (let presses = 0; presses < 20; presses++) {
      await live.page.keyboard.press('Tab');
      if ((await live.page.evaluate('document.activeElement === document.body')) === true) break;
      stops.push(await focused());
    }
    assert.deepEqual(stops.slice(0, 2), ['Skip to the figures', 'As a table']);
    assert.equal(stops.filter(stop => String(stop).startsWith('user, source users')).length, 1);
    assert.deepEqual(stops.slice(-2), ['As a list', 'The stores of the application']);

    await live.page.locator('.node[tabindex="0"]').focus();
    await live.page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'clean, processor, 1\u202f234/s in, 1\u202f200/s out');
    await live.shown('#node-detail', 'clean, processor, 1\u202f234/s in, 1\u202f200/s out, from user, to user-cleaned');
    await live.page.keyboard.press('ArrowDown');
    await live.page.keyboard.press('ArrowUp');
    assert.match(String(await focused()), /^clean/);
    await live.page.locator('#topology-list summary').focus();
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    await live.page.keyboard.press('Shift+Tab');
    await live.page.keyboard.press('Tab');
    assert.equal(await live.page.evaluate(outline), 'solid');
  });

  it('says on a phone that the graph goes on, and nothing of it where all is seen', async () => {
    live.fixture.topology = { description: DESCRIPTION };
    live.fixture.snapshot(snapshotAt(0));
    for (const [width, seen] of [
      [360, true],
      [1600, false],
    ] as const) {
      await live.open({ viewport: { width, height: 740 } });
      await live.shown('.node', 'user');
      assert.equal(await live.page.locator('#graph-hint').isVisible(), seen, `${width}`);
      await live.page.context().close();
    }
  });

  for (const width of [360, 768]) {
    it(`does not scroll sideways at a width of ${width}, with the longest names`, async () => {
      live.fixture.topology = { description: DESCRIPTION.replaceAll('clean', LONG) };
      live.fixture.history = steadyHistory(60);
      const dead = deadProcess(LONG, LONG);
      const task = {
        id: '10_123',
        state: 'RESTORING',
        streamTime: 0,
        processed: 1e9,
        late: 1e9,
        restored: 0.99,
      } as const;
      live.fixture.snapshot(
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
      live.fixture.stores = storesOf(LONG);
      await live.open({ viewport: { width, height: 740 } });
      await live.shown('.node', 'user');
      await live.shown('.bar-name', LONG);
      for (const summary of await live.page.locator('summary:visible').all()) await summary.click();
      await live.page.locator('.store-item > details > summary').click();
      await live.shown('.rows code', LONG);
      assert.deepEqual(await live.page.evaluate(CLIPPED), []);
      assert.equal(await live.page.evaluate('document.documentElement.scrollWidth'), width);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has a contrast of at least 4.5 for its text in ${colorScheme}`, async () => {
      live.fixture.topology = { description: DESCRIPTION };
      live.fixture.history = steadyHistory(10);
      const processes = [
        ...snapshotAt(0).processes,
        deadProcess('10.0.0.2:8081', 'refused'),
        { ...runningProcess('10.0.0.3:8081'), state: 'REBALANCING' },
      ];
      live.fixture.snapshot(snapshotAt(0, { processes, nodes: { clean: { received: 5, forwarded: 5 } } }));
      await live.open({ colorScheme });
      await live.shown('.edge-rate', '5.0/s');
      live.fixture.stores = storesOf('counts');
      await live.page.locator('#stores > summary').click();
      await live.page.locator('.store-item > details > summary').click();
      await live.shown('.rows code', 'counts');
      const good = (await live.page.evaluate(LOW_CONTRAST)) as {
        readonly seen: number;
        readonly low: readonly string[];
      };
      assert.deepEqual(good.low, []);
      assert.equal(good.seen > 80, true, `text in ${good.seen} places`);
      live.fixture.stores = () => Response.json({ error: 'it moves' }, { status: 503 });
      await live.page.getByRole('button', { name: 'All rows' }).click();
      await live.shown('.store-status', 'it moves');
      const cluster = { up: false, reason: 'away', since: AT };
      live.fixture.snapshot(snapshotAt(1, { processes, cluster, audit: auditTotals({ unaccounted: 1 }) }));
      await live.problem('cluster').waitFor();
      const bad = (await live.page.evaluate(LOW_CONTRAST)) as { readonly low: readonly string[] };
      assert.deepEqual(bad.low, []);
      const [light] = (await live.page.evaluate(
        'getComputedStyle(document.body).backgroundColor.match(/\\d+/g)',
      )) as string[];
      assert.equal(Number(light) > 128, colorScheme === 'light');
    });
  }

  it('has one main heading, landmarks, and a name for each section', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open();
    await live.connection('live');
    assert.equal(await live.page.getByRole('heading', { level: 1 }).count(), 1);
    for (const landmark of ['banner', 'main', 'contentinfo'] as const)
      assert.equal(await live.page.getByRole(landmark).count(), 1);
    const sections = await live.page.locator('main > section').count();
    assert.equal(await live.page.getByRole('region').count(), sections);
    const announced =
      'Array.from(document.querySelectorAll("[role=status], [role=alert], [aria-live]"), region => region.id)';
    assert.deepEqual(await live.page.evaluate(announced), ['connection', '', 'stores-status']);
  });

  it('moves nothing by itself where less motion is wanted', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open({ reducedMotion: 'reduce' });
    await live.shown('.bar-name', 'China');
    assert.equal(await live.page.evaluate('getComputedStyle(document.querySelector(".bar")).transitionDuration'), '0s');
  });
});

/** One store, with one row. */
function storesOf(text: string): (path: string) => Response {
  const store = { name: text, kind: 'keyValue', partitions: [{ partition: 0, host: text }] };
  const row = { key: text, value: '', timestamp: text, headers: [{ key: text, value: text }] };
  return path => Response.json(path === '/stores' ? { stores: [store] } : { entries: [row], next: null });
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
