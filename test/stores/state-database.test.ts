import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { prefixEnd, stateKey, stateKeyBytes } from '../../stores/encoding/state-key.js';
import { diskStorage, levelBackends, type Storage } from './level-backends.js';
import { writeAll } from './write-all.js';

const ALL = { from: '', to: '\uffff' };

for (const backend of levelBackends) {
  describe(`StateDatabase on ${backend.name}`, () => {
    let storage: Storage;
    let database: StateDatabase;

    beforeEach(async () => {
      storage = await backend.create();
      database = await StateDatabase.open(storage.level());
    });

    afterEach(async () => {
      await database.close();
      await storage.remove();
    });

    it('reads what was written, and undefined where nothing is', async () => {
      await writeAll(database, [{ key: 'a', value: Buffer.from('1') }]);
      assert.deepEqual(database.get('a'), Buffer.from('1'));
      assert.equal(database.get('b'), undefined);
    });

    it('distinguishes an empty value from an absent one', async () => {
      await writeAll(database, [{ key: 'a', value: Buffer.alloc(0) }]);
      assert.deepEqual(database.get('a'), Buffer.alloc(0));
    });

    it('applies the writes of a batch in their order, null deleting', async () => {
      await writeAll(database, [{ key: 'a', value: Buffer.from('1') }]);
      await writeAll(database, [
        { key: 'a', value: null },
        { key: 'b', value: Buffer.from('1') },
        { key: 'b', value: Buffer.from('2') },
        { key: 'c', value: Buffer.from('1') },
        { key: 'c', value: null },
      ]);
      assert.equal(database.get('a'), undefined);
      assert.deepEqual(database.get('b'), Buffer.from('2'));
      assert.equal(database.get('c'), undefined);
    });

    it('takes a batch without writes', async () => {
      await writeAll(database, []);
      assert.deepEqual(await entriesOf(database, ALL), []);
    });

    it('keeps entries in the order of the bytes of their keys, whatever the bytes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 6 }), { selector: String }),
          async keys => {
            await database.clear(ALL);
            const buffers = keys.map(key => Buffer.from(key));
            await writeAll(
              database,
              buffers.map(key => ({ key: stateKey(key), value: key })),
            );
            const read = (await entriesOf(database, ALL)).map(([key]) => stateKeyBytes(key));
            assert.deepEqual(read, buffers.sort(Buffer.compare));
          },
        ),
        { numRuns: 30 },
      );
    });

    it('iterates and clears from the beginning of a range, included, to its end, not included', async () => {
      await writeAll(
        database,
        ['a', 'b', 'c', 'd'].map(key => ({ key, value: Buffer.from(key) })),
      );
      assert.deepEqual(
        (await entriesOf(database, { from: 'b', to: 'd' })).map(([key]) => key),
        ['b', 'c'],
      );
      await database.clear({ from: 'b', to: 'd' });
      assert.deepEqual(
        (await entriesOf(database, ALL)).map(([key]) => key),
        ['a', 'd'],
      );
    });

    it('has the greatest key of a range, and none where the range is empty', async () => {
      const key = fc.constantFrom('', 'a', 'a\0', 'aa', 'b', 'b\u00ff', 'c');
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(key), key, key, async (keys, from, to) => {
          await database.clear(ALL);
          await writeAll(
            database,
            keys.map(present => ({ key: `k${present}`, value: Buffer.from('1') })),
          );
          const expected = keys.filter(present => present >= from && present < to).sort();
          const last = expected.at(-1);
          assert.equal(
            await database.lastKey({ from: `k${from}`, to: `k${to}` }),
            last === undefined ? undefined : `k${last}`,
          );
        }),
        { numRuns: 60 },
      );
    });

    it('iterates over what was there when it began', async () => {
      await writeAll(database, [{ key: 'a', value: Buffer.from('1') }]);
      const entries = database.entries(ALL);
      await writeAll(database, [
        { key: 'a', value: null },
        { key: 'b', value: Buffer.from('2') },
      ]);
      const seen: string[] = [];
      for await (const [key] of entries) seen.push(key);
      assert.deepEqual(seen, ['a']);
    });

    it('has everything after it was closed and opened again', async () => {
      await writeAll(database, [{ key: 'a', value: Buffer.from('1') }]);
      await database.close();
      database = await StateDatabase.open(storage.level());
      assert.deepEqual(database.get('a'), Buffer.from('1'));
    });
  });
}

describe('StateDatabase', () => {
  it('can be open once at a time on one directory', async () => {
    const storage = await diskStorage();
    const first = await StateDatabase.open(storage.level());
    try {
      await assert.rejects(StateDatabase.open(storage.level()), error => /lock/i.test(String((error as Error).cause)));
    } finally {
      await first.close();
      await storage.remove();
    }
  });
});

describe('a state key', () => {
  it('is the bytes, and orders as they do', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        const [a, b] = [Buffer.from(left), Buffer.from(right)];
        assert.deepEqual(stateKeyBytes(stateKey(a)), a);
        assert.equal(
          Math.sign(Buffer.compare(a, b)),
          stateKey(a) < stateKey(b) ? -1 : stateKey(a) > stateKey(b) ? 1 : 0,
        );
      }),
    );
  });

  it('lies below the end of its prefix, and a key that does not start so lies outside', () => {
    const text = fc.string({ unit: fc.nat(255).map(code => String.fromCharCode(code)), maxLength: 4 });
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        assert.ok(prefix + key >= prefix && prefix + key < prefixEnd(prefix));
        if (!key.startsWith(prefix)) assert.ok(key < prefix || key >= prefixEnd(prefix));
      }),
    );
  });
});

async function entriesOf(
  database: StateDatabase,
  range: { readonly from: string; readonly to: string },
): Promise<[string, Buffer][]> {
  const entries: [string, Buffer][] = [];
  for await (const entry of database.entries(range)) entries.push(entry);
  return entries;
}
