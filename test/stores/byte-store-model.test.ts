import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { type ScanAction, type StoreAction, storeActions } from './byte-store-actions.js';
import { ByteStoreModel } from './byte-store-model.js';
import { levelBackends } from './level-backends.js';
import { ScansOfModel } from './scans-of-model.js';
import { CLEAN_BYTES, TableBytes, text } from './table-bytes.js';

const KEYS = ['', 'a', 'aa', 'b', 'c', 'd\0', 'd\u00ff'];

for (const backend of levelBackends) {
  describe(`any transactions of a ByteStore on ${backend.name}`, () => {
    let table: TableBytes;

    beforeEach(async () => {
      table = await TableBytes.create(backend);
    });

    afterEach(() => table.close());

    it('is what a model of it is, through any sequence of transactions, writes to disk and crashes', async () => {
      await fc.assert(
        fc.asyncProperty(storeActions(KEYS), async actions => {
          await table.database.clear({ from: '', to: '\uffff' });
          table.store = await ByteStore.open('table', table.database, CLEAN_BYTES);
          const model = new ByteStoreModel();
          const scans = new ScansOfModel();
          for (const action of actions) {
            if (isScanAction(action)) {
              await scans.apply(action, table.store, model);
              continue;
            }
            model.apply(action);
            await apply(action);
            if (action.kind === 'rollback') await scans.assertAborted();
            if (action.kind === 'crash') await scans.endAll();
            for (const key of KEYS)
              assert.deepEqual(text(table.store.get(key)), model.get(key), `${action.kind}, ${key}`);
            for (const key of KEYS) {
              assert.deepEqual(
                text(table.store.getCommitted(key)),
                model.getCommitted(key),
                `${action.kind}, committed ${key}`,
              );
            }
            assert.deepEqual(await table.onDisk(), model.disk, `on disk after ${action.kind}`);
          }
          await scans.endAll();
          assert.deepEqual(await read(), model.entries());
          assert.deepEqual(await read('a', 'd'), model.entries('a', 'd'));
          assert.deepEqual(await committed('a', 'e'), model.committedEntries('a', 'e'));
          for (const key of KEYS) {
            for (const behind of [0, 1, 2]) {
              const skipped = model.committedEntries('a', 'e').filter((entry, n) => n < behind || entry[0] >= key);
              assert.deepEqual(await committed('a', 'e', { behind, to: key }), skipped, `to ${key} behind ${behind}`);
            }
          }
        }),
        { numRuns: 150 },
      );
    });

    async function apply(action: Exclude<StoreAction, ScanAction>): Promise<void> {
      switch (action.kind) {
        case 'put':
          table.store.put(action.key, action.value === null ? null : Buffer.from(action.value));
          return;
        case 'expireBelow':
          table.store.expireBelow(action.key);
          return;
        case 'stage':
          table.store.stage();
          return;
        case 'commit':
          table.store.commit();
          return;
        case 'rollback':
          table.store.rollback();
          return;
        case 'persist':
          await table.persist();
          return;
        case 'restore':
          await table.restore(action.key, action.value);
          return;
        case 'crash':
          table.store = await ByteStore.open('table', table.database, CLEAN_BYTES);
          table.store.expireBelow(action.expired);
      }
    }

    async function read(from = '', to = '\uffff'): Promise<[string, string][]> {
      return (await table.store.entries({ from, to })).map(([key, value]) => [key, value.toString()]);
    }

    /** What a scan gives that skips to `skip.to` behind so many entries. */
    async function committed(from: string, to: string, skip?: { behind: number; to: string }): Promise<unknown[]> {
      const scan = table.store.scanCommitted({ from, to });
      const found: unknown[] = [];
      if (skip?.behind === 0) scan.seek(skip.to);
      for (let entry = await scan.next(); entry !== undefined; entry = await scan.next()) {
        if (found.push([entry[0], text(entry[1])]) === skip?.behind) scan.seek(skip.to);
      }
      await scan.close();
      return found;
    }
  });
}

function isScanAction(action: StoreAction): action is ScanAction {
  return action.kind === 'beginScan' || action.kind === 'stepScan' || action.kind === 'endScan';
}
