import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ENTRY_OVERHEAD_BYTES } from '../../stores/bytes/entry-overhead.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { TaskState } from '../../stores/bytes/task-state.js';
import { UnreadableStateError } from '../../stores/bytes/unreadable-state-error.js';
import { levelBackends, type Storage } from './level-backends.js';
import { writeAll } from './write-all.js';

const NOW = 1_700_000_000_000;
const NAMES = ['counts', 'seen'];

function open(storage: Storage, names: readonly string[] = NAMES): Promise<TaskState> {
  return TaskState.open(storage.level(), names, {
    now: NOW,
    cleanCacheBytes: 2000,
    discard: () => storage.remove(),
  });
}

for (const backend of levelBackends) {
  describe(`TaskState on ${backend.name}`, () => {
    let storage: Storage;
    let state: TaskState;

    beforeEach(async () => {
      storage = await backend.create();
      state = await open(storage);
    });

    afterEach(async () => {
      await state.close();
      await storage.remove();
    });

    /** The process is gone; another one opens what is on disk. */
    async function crash(names?: readonly string[]): Promise<void> {
      await state.close();
      state = await open(storage, names);
    }

    function write(store: string, key: string, value: string | null): void {
      state.store(store).put(key, value === null ? null : Buffer.from(value));
    }

    function commit(): void {
      state.stage();
      state.commit();
    }

    const read = (store: string, key: string): string | undefined => state.store(store).get(key)?.toString();

    it('is empty, of no age and without offsets when it is new', () => {
      assert.equal(state.asOf('counts'), undefined);
      assert.equal(state.changelogOffset('counts'), undefined);
      assert.equal(read('counts', 'a'), undefined);
    });

    it('keeps the same key in two stores apart', () => {
      write('counts', 'a', '1');
      write('seen', 'a', '2');
      assert.deepEqual([read('counts', 'a'), read('seen', 'a')], ['1', '2']);
    });

    it('knows no store that it was not opened with', () => {
      assert.throws(() => state.store('other'), /other/);
    });

    it('persists committed writes of all stores together with their offsets, and when', async () => {
      write('counts', 'a', '1');
      write('seen', 'b', '2');
      commit();
      await state.persist(
        NOW + 5,
        new Map([
          ['counts', 10],
          ['seen', 20],
        ]),
      );
      await crash();
      assert.deepEqual([read('counts', 'a'), read('seen', 'b')], ['1', '2']);
      assert.deepEqual([state.changelogOffset('counts'), state.changelogOffset('seen')], [10, 20]);
      assert.deepEqual([state.asOf('counts'), state.asOf('seen')], [NOW + 5, NOW + 5]);
    });

    it('is as of the last write to disk after a crash, with the offset of that write', async () => {
      write('counts', 'a', '1');
      commit();
      await state.persist(NOW, new Map([['counts', 10]]));
      write('counts', 'a', '2');
      commit();
      write('counts', 'a', '3');
      state.stage();
      write('counts', 'a', '4');
      await crash();
      assert.equal(read('counts', 'a'), '1');
      assert.equal(state.changelogOffset('counts'), 10);
    });

    it('never persists what is staged or active', async () => {
      write('counts', 'a', '1');
      commit();
      write('counts', 'a', '2');
      state.stage();
      write('counts', 'a', '3');
      await state.persist(NOW, new Map());
      assert.equal(read('counts', 'a'), '3');
      await crash();
      assert.equal(read('counts', 'a'), '1');
    });

    it('goes back to the last commit when the transaction is aborted', () => {
      write('counts', 'a', '1');
      commit();
      write('counts', 'a', '2');
      state.stage();
      write('counts', 'a', '3');
      write('seen', 'b', '3');
      state.rollback();
      assert.deepEqual([read('counts', 'a'), read('seen', 'b')], ['1', undefined]);
      assert.equal(state.dirtyBytes, 0);
    });

    it('keeps the offset that it has where a write brings none', async () => {
      await state.persist(
        NOW,
        new Map([
          ['counts', 10],
          ['seen', 20],
        ]),
      );
      await state.persist(NOW, new Map([['counts', 11]]));
      await crash();
      assert.deepEqual([state.changelogOffset('counts'), state.changelogOffset('seen')], [11, 20]);
    });

    it('restores records of a changelog straight to disk, with the offset after them', async () => {
      const first = state.restoring('counts');
      first.put('a', Buffer.from('1'));
      first.put('b', Buffer.from('1'));
      await first.write(5, NOW);
      const second = state.restoring('counts');
      second.put('a', null);
      second.put('b', Buffer.from('2'));
      await second.write(9, NOW + 1);
      assert.deepEqual([read('counts', 'a'), read('counts', 'b')], [undefined, '2']);
      await crash();
      assert.deepEqual([read('counts', 'a'), read('counts', 'b')], [undefined, '2']);
      assert.equal(state.changelogOffset('counts'), 9);
      assert.equal(state.changelogOffset('seen'), undefined);
      assert.equal(state.asOf('counts'), NOW + 1);
    });

    it('has an age for each store: what is written of one makes no other younger', async () => {
      await state.restoring('counts').write(5, NOW);
      await state.restoring('seen').write(5, NOW + 1);
      await state.persist(NOW + 2, new Map([['seen', 6]]));
      await crash();
      assert.deepEqual([state.asOf('counts'), state.asOf('seen')], [NOW, NOW + 2]);
    });

    it('takes the age of the directory for a store where an earlier version has written it', async () => {
      await state.restoring('counts').write(5, NOW);
      await state.close();
      const database = await StateDatabase.open(storage.level());
      const asOf = { key: '\0asOf\0counts', value: null };
      await writeAll(database, [asOf, { key: '\0written', value: Buffer.from(String(NOW - 1)) }]);
      await database.close();
      state = await open(storage);
      assert.deepEqual([state.changelogOffset('counts'), state.asOf('counts')], [5, NOW - 1]);
    });

    it('discards one store, with its offset, and no other', async () => {
      for (const store of NAMES) {
        const batch = state.restoring(store);
        batch.put('a', Buffer.from('1'));
        await batch.write(5, NOW);
      }
      assert.equal(read('counts', 'a'), '1');
      await state.discard('counts');
      for (const when of ['at once', 'after a crash']) {
        assert.deepEqual([read('counts', 'a'), read('seen', 'a')], [undefined, '1'], when);
        assert.deepEqual([state.changelogOffset('counts'), state.changelogOffset('seen')], [undefined, 5], when);
        await crash();
      }
    });

    it('knows the bytes that are committed and not on disk, over all stores, and those that a crash would replay', async () => {
      write('counts', 'a', '1');
      assert.deepEqual([state.unpersistedBytes, state.replayBytes], [0, 0], 'uncommitted entries do not count');
      commit();
      const one = ENTRY_OVERHEAD_BYTES + 2;
      write('counts', 'a', '2');
      write('seen', 'a', '1');
      commit();
      assert.deepEqual([state.unpersistedBytes, state.replayBytes], [2 * one, 3 * one]);
      state.store('seen').expireBelow('b');
      commit();
      assert.deepEqual([state.unpersistedBytes, state.replayBytes], [one, 3 * one]);
      const persisting = state.persist(NOW, new Map());
      assert.deepEqual([state.unpersistedBytes, state.replayBytes], [0, 0]);
      await persisting;
    });

    it('counts its age from the beginning of the last write to disk', async () => {
      assert.equal(state.persistedAgeMs(NOW + 999), 999);
      await state.persist(NOW + 1000, new Map());
      assert.equal(state.persistedAgeMs(NOW + 1999), 999);
      assert.equal(state.persistedAgeMs(NOW - 100_000), 101_000, 'the clock was set back');
    });

    it('persists one after the other, each with what was committed before its turn', async () => {
      const writes = [1, 2, 3, 4].map(n => {
        write('counts', 'a', String(n));
        commit();
        return state.persist(NOW + n, new Map([['counts', n]]));
      });
      await Promise.all(writes);
      await crash();
      assert.equal(read('counts', 'a'), '4');
      assert.deepEqual([state.changelogOffset('counts'), state.asOf('counts')], [4, NOW + 4]);
    });

    it('finishes a write to disk before it closes', async () => {
      write('counts', 'a', '1');
      commit();
      void state.persist(NOW, new Map([['counts', 1]]));
      await crash();
      assert.equal(read('counts', 'a'), '1');
    });

    it('opens with a store more or less than before', async () => {
      write('counts', 'a', '1');
      commit();
      await state.persist(NOW, new Map([['counts', 1]]));
      await crash(['counts', 'new']);
      assert.deepEqual([read('counts', 'a'), read('new', 'a')], ['1', undefined]);
    });

    it('cannot be read in another format than it was written in', async () => {
      await state.persist(NOW, new Map());
      await state.close();
      const database = await StateDatabase.open(storage.level());
      await writeAll(database, [{ key: '\0format', value: Buffer.from('999') }]);
      await database.close();
      await assert.rejects(open(storage), (error: Error) => {
        assert.ok(error instanceof UnreadableStateError);
        assert.match(error.message, /format 999/);
        return true;
      });
      const again = await StateDatabase.open(storage.level());
      await writeAll(again, [{ key: '\0format', value: Buffer.from('1') }]);
      await again.close();
      state = await open(storage);
    });
  });
}
