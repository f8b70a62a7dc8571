import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { OutageReports } from '../../streams/kafka/outage-reports.js';

describe('an outage', () => {
  it('is reported at once, and then at intervals that grow to a minute', () => {
    let now = 1000;
    const reports = new OutageReports(() => now);
    const reportedAt: number[] = [];
    for (; now <= 301_000; now += 1000) if (reports.isDue()) reportedAt.push((now - 1000) / 1000);
    assert.deepEqual(reportedAt, [0, 5, 15, 35, 75, 135, 195, 255]);
  });

  it('that follows another one is reported at once', () => {
    let now = 0;
    const reports = new OutageReports(() => now);
    assert.equal(reports.isDue(), true);
    assert.equal(reports.isDue(), false);
    reports.end();
    now = 1;
    assert.equal(reports.isDue(), true);
    now = 5000;
    assert.equal(reports.isDue(), false);
  });
});
