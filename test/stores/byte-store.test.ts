import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { levelBackends } from './level-backends.js';
import { persist, TableBytes, text } from './table-bytes.js';

for (const backend of levelBackends) {
  describe(`ByteStore on ${backend.name}`, () => {
    let table: TableBytes;

    beforeEach(async () => {
      table = await TableBytes.create(backend);
    });

    afterEach(() => table.close());

    it('reads entries as of the call, though a write to disk moves them to disk meanwhile', async () => {
      table.put('a', '1');
      table.put('b', '1');
      table.commit();
      await table.persist();
      table.put('b', '2');
      table.put('c', '2');
      table.commit();
      const entries = table.store.entries();
      await table.persist();
      table.put('a', '3');
      assert.deepEqual(await entries, [
        ['a', Buffer.from('1')],
        ['b', Buffer.from('2')],
        ['c', Buffer.from('2')],
      ]);
    });

    it('hands over each key of a transaction once, with the last value', () => {
      table.put('a', '1');
      table.put('b', '1');
      table.put('a', '2');
      table.store.put('b', null);
      assert.deepEqual(
        [...table.store.stage()],
        [
          ['a', Buffer.from('2')],
          ['b', null],
        ],
      );
    });

    it('takes writes of the next transaction while one is staged, and keeps them apart', () => {
      table.put('a', '1');
      table.store.stage();
      table.put('a', '2');
      assert.equal(text(table.store.get('a')), '2');
      table.store.commit();
      assert.deepEqual([...table.store.stage()], [['a', Buffer.from('2')]]);
    });

    it('does not stage a second transaction before the first has ended', () => {
      table.put('a', '1');
      table.store.stage();
      assert.throws(() => table.store.stage(), /table/);
    });

    it('an abort brings back what the transaction had expired', async () => {
      table.put('a', '1');
      table.put('b', '1');
      table.commit();
      await table.persist();
      table.store.expireBelow('b');
      assert.equal(table.store.get('a'), null);
      table.store.rollback();
      assert.equal(text(table.store.get('a')), '1');
    });

    it('what an uncommitted transaction has expired stays on disk', async () => {
      table.put('a', '1');
      table.commit();
      table.store.expireBelow('b');
      await table.persist();
      assert.deepEqual(await table.onDisk(), [['a', '1']]);
      table.commit();
      await table.persist();
      assert.deepEqual(await table.onDisk(), []);
    });

    it('counts what is dirty, and what is committed and not on disk', async () => {
      table.put('a', '1');
      table.put('a', '2');
      assert.deepEqual([table.store.dirtyEntries, table.store.unpersistedEntries], [1, 0]);
      table.commit();
      assert.deepEqual([table.store.dirtyEntries, table.store.unpersistedEntries], [0, 1]);
      await table.persist();
      assert.deepEqual([table.store.dirtyEntries, table.store.unpersistedEntries], [0, 0]);
    });

    it('keeps nothing of what expires before it is on disk, once the transaction has committed', async () => {
      for (const key of ['a', 'b', 'c']) table.put(key, '1');
      table.commit();
      table.store.expireBelow('c');
      table.store.stage();
      assert.equal(table.store.unpersistedEntries, 3, 'an abort would bring them back');
      table.store.commit();
      assert.equal(table.store.unpersistedEntries, 1);
      await table.persist();
      assert.deepEqual(await table.onDisk(), [['c', '1']]);
    });

    it('knows what a crash would replay: all that was committed since the last write to disk, expired or not', async () => {
      assert.equal(table.store.replayBytes, 0);
      table.put('a', '1');
      table.put('b', '1');
      assert.equal(table.store.replayBytes, 0);
      table.commit();
      const two = table.store.replayBytes;
      assert.equal(two, table.store.unpersistedBytes);
      table.store.expireBelow('c');
      table.put('c', '1');
      table.put('d', '1');
      table.commit();
      assert.deepEqual([table.store.unpersistedBytes, table.store.replayBytes], [two, 2 * two]);
      await table.persist();
      assert.equal(table.store.replayBytes, 0);
    });

    it('shares its database with stores whose names begin alike', async () => {
      const other = await ByteStore.open('table-2', table.database, 0);
      other.put('a', Buffer.from('other'));
      other.stage();
      other.commit();
      await persist(table.database, other);
      assert.equal(table.store.get('a'), null);
      assert.deepEqual(await table.store.entries(), []);
      table.put('z', '1');
      table.store.expireBelow('\u00ff');
      table.commit();
      await table.persist();
      assert.equal(text(other.get('a')), 'other');
    });
  });
}
