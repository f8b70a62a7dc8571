import assert from 'node:assert/strict';
import { describeLivePage } from './live-page.js';
import { AT, auditTotals, deadProcess, runningProcess, snapshotAt } from './page-events.js';

describeLivePage('what the live page says is wrong', live => {
  it('says that records are unaccounted for, not by colour alone', async () => {
    live.fixture.snapshot(snapshotAt(0, { audit: auditTotals({ unaccounted: 3 }) }));
    await live.open();
    await live.shown('#figure-unaccounted[data-state="alarm"] .figure-value', /^3$/);
    await live.shown('#figure-unaccounted', '3 records were processed and never came out');
    await live.problem('Records are unaccounted for: more were processed than came out').waitFor();
    assert.match(await live.page.title(), /^⚠ users/);
    live.fixture.snapshot(snapshotAt(1, { audit: auditTotals({ unaccounted: -1 }) }));
    await live.shown('#figure-unaccounted', '1 more came out than was processed');
    live.fixture.snapshot(snapshotAt(2));
    await live.shown('#figure-unaccounted[data-state="good"]', 'nothing lost, nothing doubled');
    await live.problem('').waitFor({ state: 'detached' });
    assert.match(await live.page.title(), /^users/);
  });

  it('says which process and that the cluster does not answer, why and since when, until they do', async () => {
    const alive = runningProcess('10.0.0.1:8081');
    live.fixture.snapshot(snapshotAt(0, { processes: [alive, runningProcess('10.0.0.2:8081')] }));
    await live.open({ timezoneId: 'UTC' });
    await live.connection('live');
    await live.shown('.process', '10.0.0.2:8081');
    const processes = [alive, deadProcess('10.0.0.2:8081', 'connect ECONNREFUSED')];
    live.fixture.snapshot(snapshotAt(5, { processes }));
    await live.problem('The process at 10.0.0.2:8081 does not answer since 12:00:35: connect ECONNREFUSED').waitFor();
    await live.shown('.process[data-state="down"]', /10\.0\.0\.2:8081.*does not answer.*ECONNREFUSED/s);

    const cluster = { up: false, reason: 'Local: All broker connections are down', since: AT + 6000 };
    live.fixture.snapshot(snapshotAt(7, { processes, cluster }));
    const banner = live.problem(
      'The Kafka cluster does not answer since 12:00:36: Local: All broker connections are down',
    );
    await banner.waitFor();
    assert.equal(await banner.locator('time').getAttribute('datetime'), '2026-05-06T12:00:36.000Z');
    await live.shown('.as-of', 'last figures: 12:00:37');
    await live.shown('#figure-produced', 'last known');
    assert.equal(await live.page.locator('[role=alert] .problem').count(), 2);

    live.fixture.snapshot(snapshotAt(8, { processes: [alive, runningProcess('10.0.0.2:8081')] }));
    await live.problem('').first().waitFor({ state: 'detached' });
    await live.shown('.as-of', 'as of 12:00:38');
    live.noComplaints();
  });

  it('says that the monitor is away, and comes back by itself, also after a refusal', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open();
    await live.connection('live');
    live.fixture.refuse = 503;
    live.fixture.breakStreams();
    await live.problem('The monitor does not answer since').waitFor();
    await live.connection('broken');
    await live.shown('#figure-produced', '12\u202f345');
    live.fixture.refuse = undefined;
    live.fixture.snapshot(snapshotAt(9, { audit: auditTotals({ produced: 20_000 }) }));
    await live.shown('#figure-produced', '20\u202f000');
    await live.connection('live');
    await live.problem('').waitFor({ state: 'detached' });
    // The browser itself tells the console of a connection that breaks, and of the refusal.
    assert.deepEqual(
      live.complaints.filter(complaint => !/Failed to load resource|ERR_/.test(complaint)),
      [],
    );
  });

  it('notices a monitor that is connected and says nothing', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open();
    await live.connection('live');
    await live.page.clock.install();
    await live.page.reload();
    await live.connection('live');
    await live.page.clock.runFor(7000);
    await live.problem('The monitor is connected, but sends nothing since').waitFor();
    await live.connection('silent');
    live.fixture.snapshot(snapshotAt(8));
    await live.page.clock.runFor(100);
    await live.connection('live');
    await live.problem('').waitFor({ state: 'detached' });
    live.noComplaints();
  });

  it('says that it can not read what the monitor sends, and goes on with what it can', async () => {
    live.fixture.snapshot(snapshotAt(0));
    await live.open();
    await live.connection('live');
    for (const unreadable of ['{"at":', '{"at":1}', 'null']) {
      live.fixture.event('snapshot', unreadable);
      await live.problem('says what this page does not understand').waitFor();
      await live.shown('#figure-produced', '12\u202f345');
      live.fixture.snapshot(snapshotAt(1));
      await live.connection('live');
    }
    live.fixture.event('news', 'of a later version');
    live.fixture.event(
      'snapshot',
      JSON.stringify({ ...snapshotAt(2, { audit: auditTotals({ late: 9 }) }), later: true }),
    );
    await live.shown('#figure-late', '9');
    await live.connection('live');
    live.noComplaints();
  });
});
