import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemoryLevel } from 'memory-level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { TimestampedKeyValueStore } from '../../stores/kinds/key-value.js';
import { TimestampedWindowStore, WindowKind } from '../../stores/kinds/window.js';
import { numberCodec, textCodec } from './codecs.js';

const RETENTION = 100;

/** What their contract does not say of all kinds (`contract/`). */
describe('stores of values', () => {
  let database: StateDatabase;
  let bytes: ByteStore;

  beforeEach(async () => {
    database = await StateDatabase.open(new MemoryLevel({ valueEncoding: 'buffer', storeEncoding: 'buffer' }));
    bytes = await ByteStore.open('rows', database, 0);
  });

  afterEach(() => database.close());

  describe('TimestampedWindowStore', () => {
    const open = (): TimestampedWindowStore<string, number> =>
      new TimestampedWindowStore(bytes, textCodec, numberCodec, RETENTION);

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

    it('keeps a window one millisecond longer where results leave at its close, and so in no changelog', () => {
      const windows = { sizeMs: 10, advanceMs: 10, graceMs: 0 };
      const [onUpdate, onClose] = [false, true].map(emitsOnClose => new WindowKind(windows, RETENTION, emitsOnClose));
      for (const [kind, expired] of [
        [onUpdate, true],
        [onClose, false],
      ] as const) {
        const store = kind?.open(bytes, textCodec, numberCodec);
        store?.observe(RETENTION);
        assert.equal(store?.expired(0), expired);
        assert.deepEqual(kind?.cleanup, { policy: 'compact,delete', retentionMs: RETENTION });
      }
    });
  });

  it('take the shorter way to the state key where a codec has one', () => {
    const shorter = { ...textCodec, stateKey: (key: string) => key };
    new TimestampedKeyValueStore(bytes, shorter, numberCodec).put('abc', 1, 1);
    assert.deepEqual(new TimestampedKeyValueStore(bytes, textCodec, numberCodec).get('abc'), {
      value: 1,
      timestamp: 1,
    });
  });
});
