import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemoryLevel } from 'memory-level';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ByteStore } from '../../stores/bytes/byte-store.js';
import { EntryTooLargeError } from '../../stores/bytes/entry-too-large-error.js';
import { StateDatabase } from '../../stores/bytes/state-database.js';
import { MAX_CHUNK_BYTES, MAX_CHUNK_ENTRIES } from '../../stores/encoding/time-chunk.js';
import { TimeBucketsKind } from '../../stores/kinds/time-buckets.js';
import type { TimeBucketsStore } from '../../stores/kinds/time-buckets-store.js';
import { textCodec } from './codecs.js';
import { persist } from './table-bytes.js';

const BUCKET_MS = 100;
const KIND = new TimeBucketsKind(BUCKET_MS, 1000);
const KEYS = ['', 'a', 'a\0\0\0\0', 'b'];

interface Entry {
  readonly key: string;
  readonly time: number;
  readonly value: string;
}

type Action =
  | ({ readonly kind: 'put' } & Entry)
  | { readonly kind: 'delete'; readonly key: string; readonly time: number; readonly containing: string }
  | ({ readonly kind: 'move'; readonly before: number } & Entry)
  | { readonly kind: 'expireBelow'; readonly time: number };

/** A list of entries, in the order in which they came. */
class NaiveModel {
  #entries: readonly Entry[] = [];
  #expiredBelow = 0;

  apply(action: Action): void {
    switch (action.kind) {
      case 'put':
        if (action.time >= this.#expiredBelow) this.#entries = [...this.#entries, action];
        return;
      case 'delete': {
        const isDeleted = ({ key, time, value }: Entry): boolean =>
          key === action.key && time === action.time && value.includes(action.containing);
        this.#entries = this.#entries.filter(entry => !isDeleted(entry));
        return;
      }
      case 'move':
        for (const time of [action.before, action.time]) {
          this.apply({ kind: 'delete', key: action.key, time, containing: '' });
        }
        this.apply({ ...action, kind: 'put' });
        return;
      case 'expireBelow':
        this.#expiredBelow = Math.max(this.#expiredBelow, action.time);
        this.#entries = this.#entries.filter(({ time }) => time >= this.#expiredBelow);
    }
  }

  fetch(key: string, from: number, to: number): readonly [number, string][] {
    return this.#entries
      .filter(entry => entry.key === key && entry.time >= from && entry.time <= to)
      .sort((a, b) => a.time - b.time)
      .map(({ time, value }) => [time, value]);
  }
}

describe('a store of time buckets', () => {
  let database: StateDatabase;
  let bytes: ByteStore;
  let store: TimeBucketsStore<string, string>;
  let reads: string[];

  beforeEach(async () => {
    database = await StateDatabase.open(new MemoryLevel({ valueEncoding: 'buffer', storeEncoding: 'buffer' }));
    await begin();
  });

  afterEach(() => database.close());

  /** Begins with an empty store. */
  async function begin(): Promise<void> {
    await database.clear({ from: '', to: '\uffff' });
    bytes = await ByteStore.open('rows', database, 0);
    store = KIND.open(bytes, textCodec, textCodec);
    reads = [];
    const get = bytes.get.bind(bytes);
    bytes.get = key => {
      reads.push(key);
      return get(key);
    };
  }

  function apply(action: Action): void {
    switch (action.kind) {
      case 'put':
        store.put(action.key, action.time, action.value);
        return;
      case 'delete':
        store.delete(action.key, action.time, value => value.includes(action.containing));
        return;
      case 'move':
        store.move(action.key, action.before, action.time, action.value);
        return;
      case 'expireBelow':
        store.expireBelow(action.time);
    }
  }

  function fetch(key: string, from: number, to: number): [number, string][] {
    const entries: [number, string][] = [];
    for (const { time, value } of store.fetch(key, from, to)) entries.push([time, value]);
    return entries;
  }

  async function commitAndPersist(): Promise<void> {
    bytes.stage();
    bytes.commit();
    await persist(database, bytes);
  }

  function assertLike(model: NaiveModel, key: string, from: number, to: number): void {
    assert.deepEqual(fetch(key, from, to), model.fetch(key, from, to), `${JSON.stringify(key)} from ${from} to ${to}`);
  }

  /** Few times, so that many entries have the same one; some values so large that a chunk takes one or two. */
  const key = fc.oneof({ weight: 3, arbitrary: fc.constant('a') }, { weight: 1, arbitrary: fc.constantFrom(...KEYS) });
  const time = fc.oneof({ weight: 3, arbitrary: fc.nat(20) }, { weight: 2, arbitrary: fc.nat(350) });
  const value = fc
    .tuple(
      fc.nat(99),
      fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 20) }, { weight: 1, arbitrary: fc.nat(70_000) }),
    )
    .map(([n, length]) => `${n}`.padEnd(length, '.'));
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 120, arbitrary: fc.record({ kind: fc.constant('put'), key, time, value }) },
    {
      weight: 9,
      arbitrary: fc.record({ kind: fc.constant('delete'), key, time, containing: fc.constantFrom('', '1', '7') }),
    },
    { weight: 9, arbitrary: fc.record({ kind: fc.constant('move'), key, before: time, time, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expireBelow'), time: fc.nat(120) }) },
  );

  it('has the entries of a list of them, in any range, whatever was put, moved, deleted and let expire', async () => {
    const range = fc.record({ key, from: fc.integer({ min: -10, max: 360 }), length: fc.nat(300) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 600, size: 'max' }),
        fc.array(range, { minLength: 30, maxLength: 30 }),
        async (actions, ranges) => {
          await begin();
          const model = new NaiveModel();
          for (const [index, action] of actions.entries()) {
            apply(action);
            model.apply(action);
            if (index % 97 === 0) await commitAndPersist();
            if (action.kind !== 'expireBelow') assertLike(model, action.key, action.time, action.time);
          }
          for (const { key, from, length } of ranges) assertLike(model, key, from, from + length);
        },
      ),
      { numRuns: 25, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('has no chunk with more entries or bytes than a chunk may have, unless it is one entry', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 400, size: 'max' }), async actions => {
        await begin();
        for (const action of actions) apply(action);
        for (const [, row] of await bytes.entries()) {
          const entries = entriesOfRow(row);
          assert.ok(entries <= MAX_CHUNK_ENTRIES, `${entries} entries`);
          assert.ok(row.length <= MAX_CHUNK_BYTES || entries === 1, `${row.length} bytes`);
        }
      }),
      { numRuns: 25, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('reads a row for each bucket of the range, and one or two chunks more where a bucket has many entries', () => {
    for (let n = 0; n < 10_000; n++) store.put('hot', n % BUCKET_MS, `${n}`);
    store.put('cold', 150, 'x');
    reads.length = 0;
    assert.equal(fetch('cold', 50, 250).length, 1);
    assert.equal(reads.length, 3);
    reads.length = 0;
    store.fetch('hot', 57, 57).next();
    assert.ok(reads.length <= 3, `${reads.length} rows`);
  });

  it('reads and writes one row when it moves an entry in its bucket', () => {
    store.put('a', 10, 'x');
    bytes.stage();
    bytes.commit();
    reads.length = 0;
    store.move('a', 10, 20, 'y');
    assert.equal(reads.length, 1);
    assert.equal([...bytes.stage()].length, 1);
    assert.deepEqual(fetch('a', 0, BUCKET_MS), [[20, 'y']]);
  });

  it('writes little for one entry more of a key that has many', () => {
    for (let n = 0; n < 10_000; n++) store.put('hot', n % BUCKET_MS, 'some twenty characters');
    bytes.stage();
    bytes.commit();
    store.put('hot', 57, 'some twenty characters');
    let written = 0;
    for (const [, row] of bytes.stage()) written += row?.length ?? 0;
    assert.ok(written < 8000, `${written} bytes`);
  });

  it('fills its chunks where entries come in the order of time', async () => {
    for (let n = 0; n < 10 * MAX_CHUNK_ENTRIES; n++) store.put('a', Math.floor(n / 10), 'x');
    assert.equal((await bytes.entries()).length, 11);
  });

  it('goes on while entries that it has come to are deleted', () => {
    for (let n = 0; n < 300; n++) store.put('a', n, `${n}`);
    const met: string[] = [];
    for (const { time, value } of store.fetch('a', 0, 299)) {
      met.push(value);
      store.delete('a', time);
    }
    assert.equal(met.length, 300);
    assert.deepEqual(fetch('a', 0, 299), []);
  });

  it('leaves no row when all entries are deleted', async () => {
    for (let n = 0; n < 1000; n++) store.put('a', n % BUCKET_MS, 'x');
    for (let time = 0; time < BUCKET_MS; time++) store.delete('a', time);
    assert.deepEqual(await bytes.entries(), []);
  });

  for (const entries of [1, MAX_CHUNK_ENTRIES, 1000]) {
    it(`is as before when the changelog can't take an entry: with ${entries} entries in its bucket`, async () => {
      for (let n = 0; n < entries; n++) store.put('a', (n * 7) % BUCKET_MS, `${n}`);
      const before = fetch('a', 0, BUCKET_MS);
      const rows = await bytes.entries();
      bytes.limitEntries(100_000);
      for (const time of [0, 50, 99]) {
        assert.throws(() => store.put('a', time, 'x'.repeat(100_000)), EntryTooLargeError);
        assert.deepEqual(fetch('a', 0, BUCKET_MS), before);
        assert.deepEqual(await bytes.entries(), rows);
      }
      store.put('a', 50, 'more');
      assert.equal(fetch('a', 0, BUCKET_MS).length, before.length + 1);
    });
  }

  it('goes on without a chunk that retention has removed from its changelog', async () => {
    for (let n = 0; n < 200; n++) store.put('a', n % BUCKET_MS, `${n}`);
    const rows = await bytes.entries();
    const [, lost] = rows.map(([row]) => row);
    if (lost === undefined) assert.fail('there is one chunk only');
    bytes.put(lost, null);
    const left = fetch('a', 0, BUCKET_MS);
    assert.ok(left.length > 0 && left.length < 200, `${left.length} are left`);
    for (let time = 0; time < BUCKET_MS; time++) store.put('a', time, 'new');
    assert.equal(fetch('a', 0, BUCKET_MS).length, left.length + BUCKET_MS);
    for (let time = 0; time < BUCKET_MS; time++) store.delete('a', time);
    assert.deepEqual(fetch('a', 0, BUCKET_MS), []);
  });

  it('keeps its changelog for a bucket longer than its entries: a directory is older than the last of them', () => {
    assert.deepEqual(KIND.cleanup, { policy: 'compact,delete', retentionMs: 1000 + BUCKET_MS });
  });

  it('has no buckets without a length', () => {
    for (const bucketMs of [0, -1, 0.5, Number.NaN]) assert.throws(() => new TimeBucketsKind(bucketMs, 1), /bucketMs/);
  });
});

/** Of a chunk; 0 of a directory. */
function entriesOfRow(row: Buffer): number {
  if (row[0] !== 0) return 0;
  let entries = 0;
  for (let offset = 1; offset < row.length; offset += 12 + row.readUInt32BE(offset + 8)) entries++;
  return entries;
}
