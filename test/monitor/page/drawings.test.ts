import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from '../../integration/until.js';
import { DESCRIPTION, describeLivePage } from './live-page.js';
import { AT, auditTotals, snapshotAt, steadyHistory } from './page-events.js';

describeLivePage('the charts of the live page, and its graph of the topology', live => {
  it('tells by text what the charts show, in a table too', async () => {
    live.fixture.history = steadyHistory(120);
    live.fixture.snapshot(snapshotAt(0, { audit: auditTotals({ produced: 10_500, lag: 1500 }) }));
    await live.open({ timezoneId: 'UTC' });
    await live.shown('#flow-summary', 'Records a second, the last 2 minutes; at most 200/s in and 90/s out.');
    await live.shown('#flow-legend', 'in 200/s');
    await live.shown('#lag-summary', 'now 1\u202f500, at most 1\u202f500');
    await live.shown('#distinct-summary', '3 windows; most distinct users in one: 92.');
    await live.page.locator('#flow-table summary').click();
    const rows = live.page.locator('#flow-table tbody tr');
    await rows.first().waitFor();
    assert.deepEqual(await rows.nth(0).locator('th, td').allTextContents(), ['12:00:30', '200/s', '90/s']);
    assert.deepEqual(await rows.nth(1).locator('th, td').allTextContents(), ['12:00:26', '100/s', '90/s']);
    assert.equal(await live.page.getByRole('img', { name: 'Chart: records a second in and out' }).count(), 1);
    const plot = live.page.locator('#flow-plot');
    const drawn = await plot.screenshot();
    live.fixture.snapshot(snapshotAt(100, { audit: auditTotals({ produced: 90_000 }) }));
    await live.shown('#flow-summary', 'the last 4 minutes');
    assert.notDeepEqual(await plot.screenshot(), drawn);
    await live.page.setViewportSize({ width: 600, height: 800 });
    const widths = '["#flow-plot", "#flow-plot .uplot"].map(place => document.querySelector(place).clientWidth)';
    await until(
      'the chart is as wide as its place',
      10_000,
      () => live.page.evaluate(widths) as Promise<readonly number[]>,
      ([place, chart]) => place === chart,
    );
    live.noComplaints();
  });

  it('takes a history of any lengths, and windows of no order', async () => {
    live.fixture.history = { at: [AT - 2000, AT - 1000], produced: [1], processed: [], lag: [3, 4, 5, 6] };
    const distinctUsers = [5, 3, 9].map(minute => ({ windowStart: AT + minute * 60_000, distinctUsers: minute }));
    live.fixture.snapshot(snapshotAt(0, { distinctUsers }));
    await live.open();
    await live.shown('#lag-summary', 'now 1\u202f000');
    await live.shown('#distinct-summary', 'most distinct users in one: 9');
    await live.connection('live');
    live.noComplaints();
  });

  it('draws the topology of describe() with rates on its edges, and lists it', async () => {
    live.fixture.topology = { description: DESCRIPTION };
    const nodes = {
      clean: { received: 1234, forwarded: 1200 },
      'cleaned-users': { received: 1199, forwarded: 0 },
      'count-countries': { received: 0.5, forwarded: 0.25 },
    };
    live.fixture.snapshot(snapshotAt(0, { nodes }));
    await live.open();
    await live.shown('.edge-rate', '1\u202f234/s');
    await live.shown('.edge-rate', '1\u202f199/s');
    await live.shown('.edge-rate', '0.5/s');
    assert.equal(await live.page.locator('#graph .node').count(), 43);
    assert.equal(await live.page.locator('#graph .node.store').count(), 7);
    assert.equal(await live.page.locator('.node title').getByText('count-countries').count(), 1);
    assert.equal(await overlapping(live.page), 0);
    await live.page.locator('#topology-list summary').click();
    await live.shown(
      '#topology-list li',
      /^clean processor, from user, to user-cleaned and by-country and .* 1\u202f234\/s in, 1\u202f200\/s out$/,
    );
    live.fixture.snapshot(snapshotAt(1, { nodes: { clean: { received: 7, forwarded: 6 } } }));
    await live.shown('.edge-rate', /^7\.0\/s$/);
    await live.shown('#topology-list li', '7.0/s in, 6.0/s out');
    live.fixture.event('topology', JSON.stringify({ description: null }));
    live.fixture.event('topology', JSON.stringify({ description: DESCRIPTION.replaceAll('clean', 'scrub') }));
    await live.shown('.node', 'scrub');
    assert.equal(await live.page.locator('#graph svg').count(), 1);
    live.noComplaints();
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
