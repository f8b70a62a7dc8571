import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { ENTRY_OVERHEAD_BYTES } from '../../stores/bytes/entry-map.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import type { StateKey } from '../../stores/encoding/state-key.js';
import { type StoreAction, storeActions } from './byte-store-actions.js';
import { ByteStoreModel } from './byte-store-model.js';
import { levelBackends, type Storage } from './level-backends.js';

/** For three entries. */
const CLEAN_BYTES = 3 * (ENTRY_OVERHEAD_BYTES + 2);
const KEYS = ['', 'a', 'aa', 'b', 'c', 'd\0', 'd\u00ff'];

for (const backend of levelBackends) {
  describe(`ByteStore on ${backend.name}`, () => {
    let storage: Storage;
    let database: StateDatabase;
    let store: ByteStore;

    beforeEach(async () => {
      storage = await backend.create();
      database = await StateDatabase.open(storage.level());
      store = await ByteStore.open('table', database, CLEAN_BYTES);
    });

    afterEach(async () => {
      await database.close();
      await storage.remove();
    });

    it('is what a model of it is, through any sequence of transactions, writes to disk and crashes', async () => {
      await fc.assert(
        fc.asyncProperty(storeActions(KEYS), async actions => {
          await database.clear({ from: '', to: '\uffff' });
          store = await ByteStore.open('table', database, CLEAN_BYTES);
          const model = new ByteStoreModel();
          for (const action of actions) {
            model.apply(action);
            await apply(action);
            for (const key of KEYS) assert.deepEqual(text(store.get(key)), model.get(key), `${action.kind}, ${key}`);
            for (const key of KEYS) {
              assert.deepEqual(
                text(store.getCommitted(key)),
                model.getCommitted(key),
                `${action.kind}, committed ${key}`,
              );
            }
            assert.deepEqual(await onDisk(), model.disk, `on disk after ${action.kind}`);
          }
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

    async function apply(action: StoreAction): Promise<void> {
      switch (action.kind) {
        case 'put':
          store.put(action.key, action.value === null ? null : Buffer.from(action.value));
          return;
        case 'expireBelow':
          store.expireBelow(action.key);
          return;
        case 'stage':
          store.stage();
          return;
        case 'commit':
          store.commit();
          return;
        case 'rollback':
          store.rollback();
          return;
        case 'persist':
          await persist();
          return;
        case 'restore':
          await restore(action.key, action.value);
          return;
        case 'crash':
          store = await ByteStore.open('table', database, CLEAN_BYTES);
          store.expireBelow(action.expired);
      }
    }

    async function restore(key: string, value: string): Promise<void> {
      const batch = database.batch();
      store.restore(batch, key, Buffer.from(value));
      await batch.write();
      store.restored();
    }

    it('does not keep what was read while newer writes of the changelog were on their way', async () => {
      await restore('a', 'old');
      const batch = database.batch();
      store.restore(batch, 'a', Buffer.from('new'));
      assert.equal(store.getCommitted('a')?.toString(), 'old');
      await batch.write();
      store.restored();
      assert.equal(store.getCommitted('a')?.toString(), 'new');
    });

    describe('asks the disk', () => {
      let reads: StateKey[];

      /** Opens again what is on disk, and notes what it reads there. */
      async function reopen(): Promise<void> {
        await database.close();
        reads = [];
        const level = storage.level();
        const getSync = level.getSync.bind(level);
        level.getSync = key => {
          reads.push(key);
          return getSync(key);
        };
        database = await StateDatabase.open(level);
        store = await ByteStore.open('table', database, 0);
      }

      it('for no key before it has written one', async () => {
        await reopen();
        assert.deepEqual([text(store.get('a')), text(store.getCommitted(''))], [null, null]);
        assert.deepEqual(reads, []);
      });

      it('for what it has written there, and not for what it has not', async () => {
        await reopen();
        for (const key of ['a', 'c']) put(key, '1');
        commit();
        await persist();
        assert.deepEqual(
          ['a', 'b', 'c', 'd'].map(key => text(store.get(key))),
          ['1', null, '1', null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0c']);
      });

      it('for every key up to the greatest one that was there when it was opened', async () => {
        put('c', '1');
        commit();
        await persist();
        await reopen();
        assert.deepEqual(
          ['a', 'c', 'c\0', 'd'].map(key => text(store.get(key))),
          [null, '1', null, null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0c']);
      });

      it('for every key up to the greatest one that was restored', async () => {
        await reopen();
        await restore('c', '1');
        await restore('b', '1');
        assert.deepEqual(
          ['a', 'b', 'c', 'd'].map(key => text(store.get(key))),
          [null, '1', '1', null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0b', 'table\0c']);
      });

      it('for what it has written there of windows that go on, when others have expired', async () => {
        await reopen();
        for (const key of ['a1', 'b1', 'c1']) {
          put(key, '1');
          store.expireBelow(key);
          commit();
          await persist();
        }
        assert.deepEqual(
          ['a1', 'b1', 'c1', 'c2'].map(key => text(store.get(key))),
          [null, null, '1', null],
        );
        assert.deepEqual(reads, ['table\0c1']);
      });
    });

    it('does not keep in its filter what has expired, nor what is written again and again', async () => {
      for (let window = 1000; window < 1030; window++) {
        for (let round = 0; round < 3; round++) {
          for (let n = 0; n < 500; n++) put(`${window} ${n}`, String(round));
          store.expireBelow(`${window}`);
          commit();
          await persist();
        }
        assert.ok(store.keyFilterBytes <= 8192, `${store.keyFilterBytes} bytes in window ${window}`);
      }
      store.expireBelow('2');
      commit();
      await persist();
      assert.equal(store.keyFilterBytes, 0);
    });

    it('reads entries as of the call, though a write to disk moves them to disk meanwhile', async () => {
      put('a', '1');
      put('b', '1');
      commit();
      await persist();
      put('b', '2');
      put('c', '2');
      commit();
      const entries = store.entries();
      await persist();
      put('a', '3');
      assert.deepEqual(await entries, [
        ['a', Buffer.from('1')],
        ['b', Buffer.from('2')],
        ['c', Buffer.from('2')],
      ]);
    });

    it('hands over each key of a transaction once, with the last value', () => {
      put('a', '1');
      put('b', '1');
      put('a', '2');
      store.put('b', null);
      assert.deepEqual(
        [...store.stage()],
        [
          ['a', Buffer.from('2')],
          ['b', null],
        ],
      );
    });

    it('takes writes of the next transaction while one is staged, and keeps them apart', () => {
      put('a', '1');
      store.stage();
      put('a', '2');
      assert.equal(text(store.get('a')), '2');
      store.commit();
      assert.deepEqual([...store.stage()], [['a', Buffer.from('2')]]);
    });

    it('does not stage a second transaction before the first has ended', () => {
      put('a', '1');
      store.stage();
      assert.throws(() => store.stage(), /table/);
    });

    it('an abort brings back what the transaction had expired', async () => {
      put('a', '1');
      put('b', '1');
      commit();
      await persist();
      store.expireBelow('b');
      assert.equal(store.get('a'), null);
      store.rollback();
      assert.equal(text(store.get('a')), '1');
    });

    it('what an uncommitted transaction has expired stays on disk', async () => {
      put('a', '1');
      commit();
      store.expireBelow('b');
      await persist();
      assert.deepEqual(await onDisk(), [['a', '1']]);
      commit();
      await persist();
      assert.deepEqual(await onDisk(), []);
    });

    it('counts what is dirty, and what is committed and not on disk', async () => {
      put('a', '1');
      put('a', '2');
      assert.deepEqual([store.dirtyEntries, store.unpersistedEntries], [1, 0]);
      commit();
      assert.deepEqual([store.dirtyEntries, store.unpersistedEntries], [0, 1]);
      await persist();
      assert.deepEqual([store.dirtyEntries, store.unpersistedEntries], [0, 0]);
    });

    it('shares its database with stores whose names begin alike', async () => {
      const other = await ByteStore.open('table-2', database, 0);
      other.put('a', Buffer.from('other'));
      other.stage();
      other.commit();
      await database.write(other.persist());
      await other.persisted();
      assert.equal(store.get('a'), null);
      assert.deepEqual(await store.entries(), []);
      put('z', '1');
      store.expireBelow('\u00ff');
      commit();
      await persist();
      assert.equal(text(other.get('a')), 'other');
    });

    function put(key: string, value: string): void {
      store.put(key, Buffer.from(value));
    }

    function commit(): void {
      store.stage();
      store.commit();
    }

    async function persist(): Promise<void> {
      await database.write(store.persist());
      await store.persisted();
    }

    async function read(from = '', to = '\uffff'): Promise<[string, string][]> {
      return (await store.entries({ from, to })).map(([key, value]) => [key, value.toString()]);
    }

    /** What a scan gives that skips to `skip.to` behind so many entries. */
    async function committed(from: string, to: string, skip?: { behind: number; to: string }): Promise<unknown[]> {
      const scan = store.scanCommitted({ from, to });
      const found: unknown[] = [];
      if (skip?.behind === 0) scan.seek(skip.to);
      for (let entry = await scan.next(); entry !== undefined; entry = await scan.next()) {
        if (found.push([entry[0], text(entry[1])]) === skip?.behind) scan.seek(skip.to);
      }
      await scan.close();
      return found;
    }

    async function onDisk(): Promise<[string, string][]> {
      const entries: [string, string][] = [];
      for await (const [key, value] of database.entries({ from: 'table\0', to: 'table\x01' })) {
        entries.push([key.slice('table\0'.length), value.toString()]);
      }
      return entries;
    }
  });
}

function text(value: Buffer | null): string | null {
  return value === null ? null : value.toString();
}
