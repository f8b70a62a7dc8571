import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from 'mocha';
import { ChangelogBatches } from '../../../streams/runtime/restore/changelog-batches.js';

describe('batches of changelogs', () => {
  /** Changelog and bytes of each write that has begun. */
  let begun: string[];
  /** Ends the write that is under way. */
  let end: (error?: Error) => void;
  let batches: ChangelogBatches<string, { bytes: number }>;

  beforeEach(() => {
    begun = [];
    batches = new ChangelogBatches(
      () => ({ bytes: 0 }),
      (changelog, { writes, position }) => {
        begun.push(`${changelog}: ${writes.bytes} to ${position}`);
        return new Promise((resolve, reject) => {
          end = error => (error === undefined ? resolve() : reject(error));
        });
      },
    );
  });

  function add(changelog: string, bytes: number, position: number): void {
    const batch = batches.of(changelog);
    batch.writes.bytes += bytes;
    batch.position = position;
  }

  it('are written one after the other, with all that came meanwhile', async () => {
    add('a', 1, 1);
    await batches.write();
    add('a', 1, 2);
    add('b', 1, 5);
    await batches.write();
    add('a', 1, 3);
    await batches.write();
    assert.deepEqual(begun, ['a: 1 to 1']);
    end();
    await immediate();
    assert.deepEqual(begun, ['a: 1 to 1', 'a: 2 to 3']);
    end();
    await immediate();
    assert.deepEqual(begun, ['a: 1 to 1', 'a: 2 to 3', 'b: 1 to 5']);
    const settled = batches.settle();
    end();
    await settled;
    assert.equal(batches.waiting('a'), undefined);
  });

  it('hold up their reader when too much waits for the write before', async () => {
    add('a', 1, 1);
    await batches.write();
    add('a', 2_000_000, 20_001);
    let goesOn = false;
    const written = batches.write().then(() => {
      goesOn = true;
    });
    await immediate();
    assert.equal(goesOn, false);
    end();
    await written;
    assert.deepEqual(begun, ['a: 1 to 1', 'a: 2000000 to 20001']);
  });

  it('report a write that failed, and write nothing more', async () => {
    add('a', 1, 1);
    await batches.write();
    add('b', 2_000_000, 1);
    const held = batches.write();
    end(new Error('no space'));
    await assert.rejects(held, /no space/);
    await assert.rejects(batches.write(), /no space/);
    await assert.rejects(batches.settle(), /no space/);
    assert.deepEqual(begun, ['a: 1 to 1']);
  });

  it('are settled at once when nothing came', async () => {
    await batches.settle();
    await batches.write();
    assert.deepEqual(begun, []);
  });
});
