import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StateKey } from '../../stores/encoding/state-key.js';
import { levelBackends } from './level-backends.js';
import { TableBytes, text } from './table-bytes.js';

for (const backend of levelBackends) {
  describe(`reading a ByteStore on ${backend.name}`, () => {
    let table: TableBytes;

    beforeEach(async () => {
      table = await TableBytes.create(backend);
    });

    afterEach(() => table.close());

    it('does not keep what was read while newer writes of the changelog were on their way', async () => {
      await table.restore('a', 'old');
      const batch = table.database.batch();
      table.store.restore(batch, 'a', Buffer.from('new'));
      assert.equal(table.store.getCommitted('a')?.toString(), 'old');
      await batch.write();
      table.store.restored();
      assert.equal(table.store.getCommitted('a')?.toString(), 'new');
    });

    describe('asks the disk', () => {
      let reads: StateKey[];

      /** Opens again what is on disk, and notes what it reads there. */
      async function reopen(): Promise<void> {
        await table.database.close();
        reads = [];
        const level = table.storage.level();
        const getSync = level.getSync.bind(level);
        level.getSync = key => {
          reads.push(key);
          return getSync(key);
        };
        await table.reopen(level, 0);
      }

      it('for no key before it has written one', async () => {
        await reopen();
        assert.deepEqual([text(table.store.get('a')), text(table.store.getCommitted(''))], [null, null]);
        assert.deepEqual(reads, []);
      });

      it('for what it has written there, and not for what it has not', async () => {
        await reopen();
        for (const key of ['a', 'c']) table.put(key, '1');
        table.commit();
        await table.persist();
        assert.deepEqual(
          ['a', 'b', 'c', 'd'].map(key => text(table.store.get(key))),
          ['1', null, '1', null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0c']);
      });

      it('for every key up to the greatest one that was there when it was opened', async () => {
        table.put('c', '1');
        table.commit();
        await table.persist();
        await reopen();
        assert.deepEqual(
          ['a', 'c', 'c\0', 'd'].map(key => text(table.store.get(key))),
          [null, '1', null, null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0c']);
      });

      it('for every key up to the greatest one that was restored', async () => {
        await reopen();
        await table.restore('c', '1');
        await table.restore('b', '1');
        assert.deepEqual(
          ['a', 'b', 'c', 'd'].map(key => text(table.store.get(key))),
          [null, '1', '1', null],
        );
        assert.deepEqual(reads, ['table\0a', 'table\0b', 'table\0c']);
      });

      it('for what it has written there of windows that go on, when others have expired', async () => {
        await reopen();
        for (const key of ['a1', 'b1', 'c1']) {
          table.put(key, '1');
          table.store.expireBelow(key);
          table.commit();
          await table.persist();
        }
        assert.deepEqual(
          ['a1', 'b1', 'c1', 'c2'].map(key => text(table.store.get(key))),
          [null, null, '1', null],
        );
        assert.deepEqual(reads, ['table\0c1']);
      });
    });

    it('does not keep in its filter what has expired, nor what is written again and again', async () => {
      for (let window = 1000; window < 1030; window++) {
        for (let round = 0; round < 3; round++) {
          for (let n = 0; n < 500; n++) table.put(`${window} ${n}`, String(round));
          table.store.expireBelow(`${window}`);
          table.commit();
          await table.persist();
        }
        assert.ok(table.store.keyFilterBytes <= 8192, `${table.store.keyFilterBytes} bytes in window ${window}`);
      }
      table.store.expireBelow('2');
      table.commit();
      await table.persist();
      assert.equal(table.store.keyFilterBytes, 0);
    });
  });
}
