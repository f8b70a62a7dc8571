import assert from 'node:assert/strict';
import { DESCRIPTION, describeLivePage } from './live-page.js';
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

const HOSTILE = '<img src="x" onerror="window.hacked = true">&amp;';
const SOURCE = { topic: 'user', partition: 3, offset: 42, timestamp: null };

describeLivePage('the panels of the live page', live => {
  it('shows figures and countries, and updates them where they are', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open();
    await live.shown('#figure-produced', '12\u202f345');
    await live.shown('#figure-unaccounted', 'nothing lost, nothing doubled');
    await live.shown('#window-totals', '100 users, 100 distinct, 3 countries');
    assert.deepEqual(await live.page.locator('#countries .bar-name').allTextContents(), ['China', 'Brazil', 'Chile']);
    await live.page.evaluate(`for (const kept of document.querySelectorAll('#figure-produced, #countries li'))
      kept.dataset.kept = kept.querySelector('.bar-name')?.textContent ?? 'figure'`);

    const window = windowTable(['Brazil', 80], ['China', 60], ['Peru', 40], ['Chile', 20]);
    live.fixture.snapshot(snapshotAt(1, { audit: auditTotals({ produced: 12_445 }), window }));
    await live.shown('#figure-produced', '12\u202f445');
    assert.deepEqual(await live.page.locator('#countries .bar-name').allTextContents(), [
      'Brazil',
      'China',
      'Peru',
      'Chile',
    ]);
    assert.deepEqual(await live.page.locator('#countries .bar-count').allTextContents(), ['80', '60', '40', '20']);
    const shares =
      'Array.from(document.querySelectorAll("#countries .bar"), bar => bar.style.getPropertyValue("--share"))';
    assert.deepEqual(await live.page.evaluate(shares), ['1', '0.75', '0.5', '0.25']);
    const kept = 'Array.from(document.querySelectorAll("[data-kept]"), element => element.dataset.kept)';
    assert.deepEqual(await live.page.evaluate(kept), ['figure', 'Brazil', 'China', 'Chile']);
    live.noComplaints();
  });

  it('moves nothing when only figures change', async () => {
    const audit = (produced: number): object => ({ audit: auditTotals({ produced }) });
    live.fixture.topology = { description: DESCRIPTION };
    live.fixture.history = steadyHistory(60);
    live.fixture.snapshot(snapshotAt(0, audit(12_000)));
    await live.open();
    await live.shown('#figure-produced', '12\u202f000');
    const places = `JSON.stringify(Array.from(document.querySelectorAll('.panel, .figure, .node'), place => {
      const { x, y, width, height } = place.getBoundingClientRect();
      return [x, y, width, height];
    }))`;
    const before = await live.page.evaluate(places);
    const nodes = { clean: { received: 12_345.6, forwarded: 12_000 } };
    live.fixture.snapshot(snapshotAt(1, { ...audit(99_999), nodes }));
    await live.shown('#figure-produced', '99\u202f999');
    assert.equal(await live.page.evaluate(places), before);
  });

  it('folds what is long: countries after the first 15, and ties', async () => {
    const countries = Array.from({ length: 40 }, (_none, index) => [`Country ${index}`, 100 - index] as const);
    const ties = Array.from({ length: 30 }, (_none, index) => `Tie ${index}`);
    live.fixture.snapshot(snapshotAt(0, { window: windowTable(...countries), closed: closedWindow(['China'], ties) }));
    await live.open();
    await live.shown('#countries-more-summary', '25 more with 1\u202f825 users');
    assert.equal(await live.page.locator('#countries li').count(), 15);
    assert.equal(await live.page.getByText('Country 39', { exact: true }).isVisible(), false);
    await live.page.locator('#countries-more-summary').click();
    await live.page.getByText('Country 39', { exact: true }).waitFor({ state: 'visible' });
    await live.shown('#closed', '30 countries with 1 user each');
    await live.page.locator('#closed summary').getByText('22 more').click();
    await live.page.getByText('Tie 29').waitFor({ state: 'visible' });
    // What is unfolded stays so.
    live.fixture.snapshot(snapshotAt(1, { window: windowTable(...countries), audit: auditTotals({ late: 8 }) }));
    await live.shown('#figure-late', '8');
    assert.equal(await live.page.getByText('Country 39', { exact: true }).isVisible(), true);
    live.noComplaints();
  });

  it('shows a name as text, whatever it is', async () => {
    live.fixture.topology = {
      description: `Topologies:\n Sub-topology: ${HOSTILE}\n Source: ${HOSTILE} (topics: [${HOSTILE}])\n --> none`,
    };
    live.fixture.snapshot(
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
    await live.open();
    await live.shown('.bar-name', HOSTILE);
    const places = ['#application', '#closed', '#partitions', '#processes', '#problems', '#graph'];
    for (const place of [...places, '.rejected-reason', '.rejected-source', '.rejected-value'])
      await live.shown(place, HOSTILE);
    await live.shown('.rejected-value', '"></code><script>window.hacked = true</script>');
    assert.equal(await live.page.locator('main img, main script, #problems img').count(), 0);
    assert.equal(await live.page.evaluate('"hacked" in window'), false);
    live.noComplaints();
  });

  it('is readable before the first record, and stays so when everything comes', async () => {
    live.fixture.snapshot(emptySnapshot(0));
    await live.open();
    await live.shown('#figure-unaccounted', 'no checkpoint yet');
    for (const text of [
      'No window is open',
      'No window has closed yet',
      'has told its topology',
      'has announced itself',
      'No user was rejected',
    ])
      await live.page.locator('.empty').filter({ hasText: text }).waitFor({ state: 'visible' });
    assert.equal(await live.page.locator('.plot-empty:visible').count(), 3);
    live.fixture.event('topology', JSON.stringify({ description: DESCRIPTION }));
    live.fixture.snapshot(snapshotAt(1));
    await live.shown('.node', 'user-cleaned');
    await live.shown('#partitions', 'none');
    // One sample makes no rate yet, but a lag.
    assert.equal(await live.page.locator('.plot-empty:visible').count(), 1);
    assert.equal(await live.page.locator('.empty:visible').count(), 0);
    live.noComplaints();
  });

  it('shows tasks by process with their restore progress', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open({ timezoneId: 'UTC' });
    await live.shown('#processes-note', '1 process, 2 tasks');
    const rows = live.page.locator('.tasks tbody tr');
    assert.deepEqual(await rows.nth(0).locator('th, td').allTextContents(), [
      '0_0',
      'running',
      '5\u202f200',
      '7',
      '12:00:30',
    ]);
    await live.shown('.tasks tbody tr:nth-child(2)', 'restoring 25\u202f%');
    const progress = live.page.getByRole('progressbar', { name: '0_1 restored' });
    assert.equal(await progress.getAttribute('value'), '0.257');
    const task = { id: '0_1', state: 'RUNNING', streamTime: AT, processed: 1, late: 0, restored: 1 } as const;
    live.fixture.snapshot(snapshotAt(1, { processes: [runningProcess('10.0.0.1:8081', task)] }));
    await progress.waitFor({ state: 'hidden' });
    assert.equal(await rows.count(), 1);
  });

  it('shows the last rejected users with time, reason and value, as they come', async () => {
    const first = rejectedUser({ at: AT - 86_400_000, value: null, reason: 'value: null' });
    live.fixture.snapshot(snapshotAt(0, { rejected: [first] }));
    await live.open({ timezoneId: 'UTC' });
    const users = live.page.locator('#rejected > li');
    await live.shown('.rejected-reason', 'value: null');
    assert.deepEqual(await users.locator('> *').allTextContents(), [
      '5 May 12:00:30',
      'value: nulluser, partition 3, offset 42',
      'no value',
    ]);
    await live.page.evaluate(`document.querySelector('#rejected > li').dataset.kept = ''`);
    const second = rejectedUser({ offset: 1, value: '', reason: null, source: null });
    const source = { ...SOURCE, timestamp: 9_999_999_999_999 };
    const third = rejectedUser({ offset: 2, reason: 'timestamp: too far ahead', source });
    live.fixture.snapshot(snapshotAt(1, { rejected: [third, second, first] }));
    await live.shown('.rejected-reason', 'timestamp: too far ahead');
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
    live.fixture.snapshot(snapshotAt(2, { rejected: [] }));
    await live.page.locator('.empty').filter({ hasText: 'No user was rejected' }).waitFor({ state: 'visible' });
    assert.equal(await users.count(), 0);
    live.noComplaints();
  });
});
