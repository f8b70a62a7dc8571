import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { TimestampedKeyValueStore } from '../../stores/kinds/key-value.js';
import { TimestampedWindowStore } from '../../stores/kinds/window.js';
import { numberCodec, textCodec } from './codecs.js';
import { levelBackends, type Storage } from './level-backends.js';

const RETENTION = 100;

for (const backend of levelBackends) {
  describe(`stores on ${backend.name}`, () => {
    let storage: Storage;
    let database: StateDatabase;
    let bytes: ByteStore;

    beforeEach(async () => {
      storage = await backend.create();
      database = await StateDatabase.open(storage.level());
      bytes = await ByteStore.open('rows', database, 0);
    });

    afterEach(async () => {
      await database.close();
      await storage.remove();
    });

    async function flush(): Promise<void> {
      bytes.stage();
      bytes.commit();
      await database.write(bytes.flush());
      await bytes.flushed();
    }

    async function rowsOnDisk(): Promise<number> {
      let rows = 0;
      for await (const _ of database.entries({ from: '', to: '\uffff' })) rows++;
      return rows;
    }

    describe('TimestampedWindowStore', () => {
      const open = (): TimestampedWindowStore<string, number> =>
        new TimestampedWindowStore(bytes, textCodec, numberCodec, RETENTION);

      it('keeps a value and its timestamp for each key and window', () => {
        const store = open();
        store.put('a', 10, 1, 15);
        store.put('a', 20, 2, 25);
        store.put('b', 10, 3, 12);
        assert.deepEqual(store.fetch('a', 10), { value: 1, timestamp: 15 });
        assert.deepEqual(store.fetch('a', 20), { value: 2, timestamp: 25 });
        assert.deepEqual(store.fetch('b', 10), { value: 3, timestamp: 12 });
        assert.equal(store.fetch('b', 20), null);
      });

      it('deletes with a null value', () => {
        const store = open();
        store.put('a', 10, 1, 15);
        store.put('a', 10, null, 16);
        assert.equal(store.fetch('a', 10), null);
      });

      it('lists its rows by window start, then by the bytes of the key, from memory and disk alike', async () => {
        const row = fc.record({ key: fc.string({ maxLength: 3 }), start: fc.nat(2 ** 40), flushed: fc.boolean() });
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(row, { selector: ({ key, start }) => `${start} ${key}`, maxLength: 12 }),
            async rows => {
              await database.clear({ from: '', to: '\uffff' });
              bytes = await ByteStore.open('rows', database, 0);
              const store = new TimestampedWindowStore(bytes, textCodec, numberCodec, 2 ** 41);
              for (const { key, start, flushed } of rows) {
                store.put(key, start, start, start);
                if (flushed) await flush();
              }
              const expected = [...rows]
                .sort((x, y) => x.start - y.start || Buffer.compare(Buffer.from(x.key), Buffer.from(y.key)))
                .map(({ key, start }) => ({ key, windowStart: start, value: start, timestamp: start }));
              assert.deepEqual(await store.all(), expected);
            },
          ),
          { numRuns: 40 },
        );
      });

      it('lists from a window start on', async () => {
        const store = open();
        for (const start of [10, 20, 30]) store.put('a', start, start, start);
        assert.deepEqual(
          (await store.all(20)).map(({ windowStart }) => windowStart),
          [20, 30],
        );
      });

      it('makes the state key of a row, and its key and window start of that', () => {
        fc.assert(
          fc.property(fc.string(), fc.maxSafeNat(), (key, windowStart) => {
            const store = open();
            assert.deepEqual(store.keyOf(store.stateKeyOf(key, windowStart)), { key, windowStart });
          }),
        );
      });

      it('expires windows that start at the observed time less the retention, or before', () => {
        const store = open();
        for (const start of [0, 99, 100, 101]) store.put('a', start, start, start);
        store.observe(200);
        assert.deepEqual(
          [0, 99, 100, 101].map(start => store.expired(start)),
          [true, true, true, false],
        );
        assert.deepEqual(
          [0, 99, 100, 101].map(start => store.fetch('a', start)?.value ?? null),
          [null, null, null, 101],
        );
      });

      it('drops a put to an expired window', async () => {
        const store = open();
        store.observe(200);
        store.put('a', 100, 1, 100);
        store.put('a', 101, 2, 101);
        assert.deepEqual(
          (await store.all()).map(({ windowStart }) => windowStart),
          [101],
        );
        assert.equal(bytes.dirtyEntries, 1);
      });

      it('does not go back in time', () => {
        const store = open();
        store.observe(200);
        store.observe(50);
        assert.equal(store.observedStart, 200);
        assert.equal(store.expired(100), true);
      });

      it('keeps a window of the first retention that starts at 0', () => {
        const store = open();
        store.put('a', 0, 1, 0);
        store.observe(RETENTION - 1);
        assert.deepEqual(store.fetch('a', 0), { value: 1, timestamp: 0 });
        store.observe(RETENTION);
        assert.equal(store.fetch('a', 0), null);
      });

      it('frees the disk of expired windows with the flush of the transaction that expired them', async () => {
        const store = open();
        for (let start = 0; start < 10; start++) store.put('a', start * 10, start, start * 10);
        await flush();
        assert.equal(await rowsOnDisk(), 10);
        store.observe(150);
        await flush();
        assert.equal(await rowsOnDisk(), 4);
      });

      it('hides expired windows that are still on disk after a crash, once it is told the time again', async () => {
        open().put('a', 50, 1, 50);
        await flush();
        bytes = await ByteStore.open('rows', database, 0);
        const store = open();
        store.observe(150);
        assert.equal(store.fetch('a', 50), null);
        assert.deepEqual(await store.all(), []);
      });
    });

    describe('TimestampedKeyValueStore', () => {
      const open = (): TimestampedKeyValueStore<string, number> =>
        new TimestampedKeyValueStore(bytes, textCodec, numberCodec);

      it('keeps the latest value and its timestamp for each key', () => {
        const store = open();
        store.put('a', 1, 10);
        store.put('a', 2, 5);
        assert.deepEqual(store.get('a'), { value: 2, timestamp: 5 });
        assert.equal(store.get('b'), null);
      });

      it('deletes with a null value, on disk too', async () => {
        const store = open();
        store.put('a', 1, 10);
        await flush();
        store.put('a', null, 11);
        assert.equal(store.get('a'), null);
        await flush();
        assert.equal(store.get('a'), null);
        assert.equal(await rowsOnDisk(), 0);
      });

      it('lists all rows in the order of the bytes of their keys', async () => {
        const store = open();
        for (const key of ['z', 'ä', 'a', '', '€']) store.put(key, 1, 1);
        assert.deepEqual(
          (await store.all()).map(({ key }) => key),
          ['', 'a', 'z', 'ä', '€'],
        );
      });

      it('takes the shorter way to the state key where a codec has one', () => {
        const shorter = { ...textCodec, stateKey: (key: string) => key };
        new TimestampedKeyValueStore(bytes, shorter, numberCodec).put('abc', 1, 1);
        assert.deepEqual(open().get('abc'), { value: 1, timestamp: 1 });
      });
    });
  });
}
