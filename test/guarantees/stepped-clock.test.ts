import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applicationForEachTest } from '../runtime/application-for-each-test.js';
import type { TestApplication } from '../runtime/test-application.js';
import { closingWindows } from './closing-windows.js';

const HOUR_MS = 3_600_000;

describe('an application whose wall clock is set back by an hour', () => {
  let app: TestApplication;

  applicationForEachTest(created => {
    app = created;
  });

  it('goes on with its commits', async () => {
    app.start();
    app.send(1);
    await app.until(() => app.output().includes('1'));
    app.clock.stepMs = -HOUR_MS;
    app.send(1);
    await app.until(() => app.output().includes('2'));
  });

  it('closes windows in silence when the clock has come to their end', async () => {
    app.start({ idleTimeout: '1s' }, closingWindows());
    app.send(1);
    await app.untilCommitted(1);
    app.clock.stepMs = -Date.now();
    app.clock.aheadMs += 12_000;
    await app.until(() => app.output().length > 0);
    assert.deepEqual(app.output(), ['1']);
  });
});
