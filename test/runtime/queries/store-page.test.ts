import assert from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { MemoryLevel } from 'memory-level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { stateKey } from '../../../stores/encoding/state-key.js';
import { timePrefix } from '../../../stores/encoding/time-prefix.js';
import { encodeTimestamped } from '../../../stores/encoding/timestamped.js';
import { Serdes, StreamsBuilder, TimeWindows } from '../../../streams/index.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import { type QueryableStore, queryableStores } from '../../../streams/runtime/queries/queryable-store.js';
import type { PageOptions, StoreEntry, StorePage } from '../../../streams/runtime/queries/store-entry.js';
import { readPage } from '../../../streams/runtime/queries/store-page.js';

const SIZE_MS = 1000;
const MANY = 86_000;
const MEGABYTE = 1_048_576;

describe('a page of a store', function () {
  this.timeout(30_000);
  let state: TaskState;
  let bytes: ByteStore;

  beforeEach(async () => {
    const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
    state = await TaskState.open(level, ['windows'], { now: 0, cleanCacheBytes: 0, discard: async () => {} });
    bytes = state.store('windows');
  });

  afterEach(() => state.close());

  const put = (start: number, key: string, value: string | null): void =>
    bytes.put(
      timePrefix(start) + stateKey(Buffer.from(key)),
      value === null ? null : encodeTimestamped(Serdes.json<string>(), value, start),
    );
  const commit = (): void => {
    bytes.stage();
    bytes.commit();
  };
  const persist = (): Promise<void> => state.persist(0, new Map());
  const page = (key: string | undefined, options: PageOptions): Promise<StorePage> =>
    readPage(
      { store: WINDOWS, bytes, liveFrom: 0 },
      { kind: 'windows', key, from: 0, to: Number.MAX_SAFE_INTEGER },
      options,
    );

  async function pages(key: string | undefined, limit: number): Promise<readonly StorePage[]> {
    const all: StorePage[] = [];
    let after: string | null = null;
    do {
      const next: StorePage = await page(key, after === null ? { limit } : { limit, after });
      assert.ok(next.entries.length <= limit);
      all.push(next);
      after = next.next;
    } while (after !== null);
    return all;
  }
  const startsAndValues = (all: readonly StorePage[]): unknown[] =>
    all.flatMap(({ entries }) => entries.map(({ window, value }: StoreEntry) => [window?.start, value]));

  for (const where of ['on disk', 'in memory']) {
    it(`looks at some of the windows, and says where to go on, where a key has none of ${MANY} (${where})`, async () => {
      for (let n = 0; n < MANY; n++) put(n * SIZE_MS, 'k', 'v');
      commit();
      if (where === 'on disk') await persist();
      const empty = await page('absent', { limit: 10 });
      assert.deepEqual(empty.entries, []);
      assert.notEqual(empty.next, null);
      put(MANY * SIZE_MS, 'last', 'found');
      commit();
      assert.deepEqual(startsAndValues(await pages('last', 10)), [[MANY * SIZE_MS, 'found']]);
      assert.equal(startsAndValues(await pages('k', 1000)).length, MANY);
    });
  }

  it('lets others have their turn while it is read', async () => {
    for (let n = 0; n < MANY; n++) put(n * SIZE_MS, 'k', 'v');
    commit();
    let turns = 0;
    let reading = true;
    const others = (async () => {
      for (; reading; turns++) await immediate();
    })();
    await page('absent', { limit: 10 });
    reading = false;
    await others;
    assert.ok(turns > 10, `${turns} turns`);
  });

  it('ends when the one who asked has gone', async () => {
    for (let n = 0; n < MANY; n++) put(n * SIZE_MS, 'k', 'v');
    commit();
    const gone = new AbortController();
    const reading = page('absent', { limit: 10, signal: gone.signal });
    setImmediate(() => gone.abort());
    await assert.rejects(reading, { name: 'AbortError' });
    await assert.rejects(page('k', { limit: 1, signal: gone.signal }), { name: 'AbortError' });
  });

  it('has no more than some megabytes, and at least one entry', async () => {
    for (let n = 0; n < 10; n++) put(n * SIZE_MS, 'k', 'x'.repeat(n === 5 ? 6 * MEGABYTE : MEGABYTE));
    commit();
    await persist();
    for (const key of ['k', undefined]) {
      const all = await pages(key, 1000);
      assert.deepEqual(
        startsAndValues(all).map(found => (found as [number, string])[0]),
        Array.from({ length: 10 }, (_, n) => n * SIZE_MS),
      );
      for (const { entries } of all) {
        const size = entries.slice(1).reduce((sum, { value }) => sum + String(value).length, 0);
        assert.ok(size <= 6 * MEGABYTE, `${size} bytes`);
      }
    }
  });

  it('finds all windows of a key, however many keys lie between them and in whatever layer they are', async () => {
    const KEYS = ['a', 'b', 'k', 'kk', 'z', ''];
    const crowd = fc.nat({ max: 80 });
    const write = fc.record({
      start: fc.nat({ max: 5 }),
      key: fc.constantFrom(...KEYS),
      value: fc.option(fc.string({ maxLength: 2 }), { freq: 4 }),
      before: crowd,
      after: crowd,
      end: fc.constantFrom('nothing', 'commit', 'persist'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 12 }),
        fc.constantFrom(...KEYS),
        fc.integer({ min: 1, max: 4 }),
        async (writes, key, limit) => {
          const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
          const options = { now: 0, cleanCacheBytes: 0, discard: async () => {} };
          const mine = await TaskState.open(level, ['windows'], options);
          await state.close();
          state = mine;
          bytes = mine.store('windows');
          const expected = new Map<string, [number, string]>();
          for (const { start, key: written, value, before, after, end } of writes) {
            for (let n = 0; n < before; n++) put(start, `A${n}`, 'x');
            for (let n = 0; n < after; n++) put(start, `zz${n}`, 'x');
            put(start, written, value);
            if (value === null) expected.delete(`${start}/${written}`);
            else expected.set(`${start}/${written}`, [start, value]);
            if (end !== 'nothing') commit();
            if (end === 'persist') await persist();
          }
          commit();
          const found = startsAndValues(await pages(key, limit));
          const wanted = [...expected].filter(([id]) => id.slice(id.indexOf('/') + 1) === key).map(([, of]) => of);
          assert.deepEqual(
            found,
            wanted.sort(([a], [b]) => a - b),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

const WINDOWS: QueryableStore = (() => {
  const builder = new StreamsBuilder();
  builder
    .stream<string, number>('in')
    .groupByKey()
    .windowedBy(TimeWindows.of({ size: SIZE_MS, grace: 0 }))
    .count({ as: 'windows' });
  const store = queryableStores(planTopology(builder.build(), 'app', new Map([['in', 1]]))).get('windows');
  assert.ok(store !== undefined);
  return store;
})();
