import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { prefixEnd } from '../../stores/encoding/state-key.js';
import { levelBackends } from './level-backends.js';
import { TableBytes } from './table-bytes.js';

for (const backend of levelBackends) {
  describe(`a scan of a ByteStore on ${backend.name}`, () => {
    let table: TableBytes;

    beforeEach(async () => {
      table = await TableBytes.create(backend);
    });

    afterEach(() => table.close());

    async function scan(from: string, to: string, options?: { reverse: boolean }): Promise<string[]> {
      const found: string[] = [];
      for await (const [key, value] of table.store.scan({ from, to }, options)) found.push(`${key}=${value}`);
      return found;
    }

    /** Each key as often as it has layers above it: on disk, committed, staged, active. */
    async function fillLayers(): Promise<void> {
      for (const key of ['a', 'b', 'c', 'd', 'e']) table.put(key, 'disk');
      table.commit();
      await table.persist();
      for (const key of ['b', 'c', 'd', 'e']) table.put(key, 'committed');
      table.commit();
      for (const key of ['c', 'd', 'e']) table.put(key, 'staged');
      table.store.stage();
      for (const key of ['d', 'f']) table.put(key, 'active');
      table.store.put('e', null);
    }

    it('has the entries of its range from all layers, in the order of the keys or the reverse', async () => {
      await fillLayers();
      const entries = ['a=disk', 'b=committed', 'c=staged', 'd=active', 'f=active'];
      assert.deepEqual(await scan('', '\uffff'), entries);
      assert.deepEqual(await scan('b', 'd'), entries.slice(1, 3));
      assert.deepEqual(await scan('b', 'd\0', { reverse: true }), entries.slice(1, 4).reverse());
      assert.deepEqual(await scan('d', 'b'), []);
    });

    it('has the keys of a prefix, whatever its bytes', async () => {
      const keys = ['', 'a', 'a\u00fe', 'a\u00ff', 'a\u00ff\0', 'a\u00ff\u00ff', 'b', '\u00ff', '\u00ff\u00ff'];
      for (const [index, key] of keys.entries()) {
        table.put(key, String(index));
        if (index % 2 === 0) continue;
        table.commit();
        await table.persist();
      }
      for (const prefix of ['', 'a', 'a\u00ff', '\u00ff', '\u00ff\u00ff', 'c']) {
        const found: string[] = [];
        for await (const [key] of table.store.scan({ from: prefix, to: prefixEnd(prefix) })) found.push(key);
        assert.deepEqual(
          found,
          keys.filter(key => key.startsWith(prefix)),
        );
      }
    });

    for (const reverse of [false, true]) {
      it(`sees nothing of what is put and deleted while it is read, ${reverse ? 'in reverse' : 'forward'}`, async () => {
        const keys = Array.from({ length: 300 }, (_, n) => String(n).padStart(3, '0'));
        for (const [index, key] of keys.entries()) {
          table.put(key, 'before');
          if (index === 200) table.commit();
          if (index === 200) await table.persist();
        }
        const found: string[] = [];
        for await (const [key, value] of table.store.scan(undefined, { reverse })) {
          found.push(key);
          assert.equal(value.toString(), 'before');
          for (const other of keys.slice(found.length % 5)) table.put(other, 'after');
          table.put(`${key}-new`, 'after');
          table.store.put(keys[found.length] ?? '', null);
        }
        assert.deepEqual(found, reverse ? keys.reverse() : keys);
      });

      it(`loses nothing when entries go to disk meanwhile, ${reverse ? 'in reverse' : 'forward'}`, async () => {
        await fillLayers();
        const entries = ['a=disk', 'b=committed', 'c=staged', 'd=active', 'f=active'];
        const found: string[] = [];
        for await (const [key, value] of table.store.scan(undefined, { reverse })) {
          found.push(`${key}=${value}`);
          if (found.length === 1) table.store.commit();
          else table.commit();
          await table.persist();
          table.put('c', 'later');
          table.put('bb', 'later');
        }
        assert.deepEqual(found, reverse ? entries.reverse() : entries);
      });

      it(`has what expires meanwhile, ${reverse ? 'in reverse' : 'forward'}`, async () => {
        for (const key of ['a', 'b', 'c', 'd']) table.put(key, 'old');
        table.commit();
        const found: string[] = [];
        for await (const [key] of table.store.scan(undefined, { reverse })) {
          found.push(key);
          table.store.expireBelow('d');
          table.commit();
          await table.persist();
        }
        assert.deepEqual(found, reverse ? ['d', 'c', 'b', 'a'] : ['a', 'b', 'c', 'd']);
        assert.deepEqual(await scan('', '\uffff'), ['d=old']);
      });
    }

    it('goes over several ranges, each as of its beginning', async () => {
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        table.put(key, '1');
        if (key !== 'c') continue;
        table.commit();
        await table.persist();
      }
      const ranges = [
        { from: 'd', to: 'z' },
        { from: 'a', to: 'c' },
      ];
      const found: string[] = [];
      for await (const [key, value] of table.store.scan(ranges)) {
        found.push(`${key}=${value}`);
        for (const written of ['a', 'b', 'bb', 'd', 'e']) table.put(written, '2');
      }
      assert.deepEqual(found, ['d=1', 'e=1', 'a=1', 'b=1']);
    });

    it('keeps out what had expired when it began', async () => {
      for (const key of ['a', 'b', 'c']) table.put(key, '1');
      table.store.expireBelow('b');
      assert.deepEqual(await scan('', '\uffff'), ['b=1', 'c=1']);
      assert.deepEqual(await scan('', '\uffff', { reverse: true }), ['c=1', 'b=1']);
    });

    it('is right again after others that were broken off, rolled back or emptied by a write to disk', async () => {
      await fillLayers();
      for await (const _ of table.store.scan()) break;
      table.store.rollback();
      assert.deepEqual(await scan('', '\uffff'), [
        'a=disk',
        'b=committed',
        'c=committed',
        'd=committed',
        'e=committed',
      ]);
      table.put('c', 'again');
      assert.deepEqual(await scan('c', 'd'), ['c=again']);
      table.commit();
      await table.persist();
      table.put('cc', 'again');
      assert.deepEqual(await scan('b', 'd'), ['b=committed', 'c=again', 'cc=again']);
    });

    describe('on disk', () => {
      let opened: number;
      let closed: number;

      /** Opens again what is on disk, and counts the iterators there. */
      async function reopen(): Promise<void> {
        await table.database.close();
        const level = table.storage.level();
        const create = level.iterator.bind(level);
        level.iterator = range => {
          const iterator = create(range);
          const close = iterator.close.bind(iterator);
          opened++;
          iterator.close = () => {
            closed++;
            return close();
          };
          return iterator;
        };
        await table.reopen(level, 0);
        opened = 0;
        closed = 0;
      }

      it('closes its iterator at its end, when it is broken off, and when it is rolled back', async () => {
        for (const key of ['a', 'b', 'c']) table.put(key, '1');
        table.commit();
        await table.persist();
        await reopen();
        assert.equal((await scan('', '\uffff')).length, 3);
        assert.deepEqual([opened, closed], [1, 1]);
        for await (const _ of table.store.scan()) break;
        assert.deepEqual([opened, closed], [2, 2]);
        await table.store.scan().next();
        table.store.rollback();
        assert.deepEqual([opened, closed], [3, 3]);
      });

      it('closes the iterators of scans that nobody reads to their end', async () => {
        for (const key of ['a', 'b', 'c']) table.put(key, '1');
        table.commit();
        await table.persist();
        await reopen();
        const left = table.store.scan();
        await left.next();
        table.put('d', '1');
        table.store.endScans();
        assert.deepEqual([opened, closed], [1, 1]);
        await assert.rejects(left.next(), /ended/);
        assert.deepEqual(await scan('c', '\uffff'), ['c=1', 'd=1']);
      });

      it('opens no iterator above all keys that are there', async () => {
        table.put('b', '1');
        table.commit();
        await table.persist();
        await reopen();
        table.put('c', '1');
        assert.deepEqual(await scan('b\0', '\uffff'), ['c=1']);
        assert.equal(opened, 0);
        table.commit();
        await table.persist();
        assert.deepEqual(await scan('b\0', '\uffff'), ['c=1']);
        assert.equal(opened, 1);
      });
    });

    it('fails when the transaction is rolled back in which it began', async () => {
      await fillLayers();
      const entries = table.store.scan();
      await entries.next();
      const next = entries.next();
      table.store.rollback();
      await assert.rejects(next, /aborted/);
      assert.deepEqual(await entries.next(), { done: true, value: undefined });
    });
  });
}
