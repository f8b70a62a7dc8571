import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EntryTooLargeError } from '../../stores/bytes/entry-too-large-error.js';
import { ProcessorWindowKind, type ProcessorWindowStore } from '../../stores/kinds/processor-window.js';
import { textCodec } from './codecs.js';
import { listed, MemoryBytes } from './memory-bytes.js';

const RETENTION_MS = 130_000;
/** Half the retention. */
const SEGMENT_MS = 65_000;
const KEYS = ['', 'a', 'a\0', 'a\0\0\0\0', 'ab', 'b'];
const TIMES = [0, 1, 64_999, 65_000, 65_001, 100_000, 129_999, 130_000, 130_001, 200_000, 260_000];

interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly start: number;
  readonly value: string | null;
}

type Action = Put | { readonly kind: 'persist' };

interface Row {
  readonly key: string;
  readonly start: number;
  readonly value: string;
}

/** A list of entries, in the order in which they came. */
class WindowModel {
  readonly #retainDuplicates: boolean;
  #rows: readonly Row[] = [];
  #highest = -1;

  constructor(retainDuplicates: boolean) {
    this.#retainDuplicates = retainDuplicates;
  }

  put({ key, start, value }: Put): void {
    if (value === null && this.#retainDuplicates) return;
    this.#highest = Math.max(this.#highest, start);
    if (!this.#retainDuplicates) this.#rows = this.#rows.filter(row => row.key !== key || row.start !== start);
    if (value !== null) this.#rows = [...this.#rows, { key, start, value }];
    this.#rows = this.#rows.filter(row => row.start > this.#highest - RETENTION_MS);
  }

  fetch(keyFrom: string | null, keyTo: string | null, from: number, to: number): Row[] {
    return this.#rows
      .filter(({ key }) => (keyFrom === null || key >= keyFrom) && (keyTo === null || key <= keyTo))
      .filter(({ start }) => start >= from && start <= to)
      .sort((a, b) => segmentOf(a) - segmentOf(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start));
  }
}

function segmentOf({ start }: Row): number {
  return Math.floor(start / SEGMENT_MS);
}

describe('a window store of a processor', () => {
  let bytes: MemoryBytes;

  beforeEach(async () => {
    bytes = await MemoryBytes.create();
  });

  afterEach(() => bytes.close());

  function open(retainDuplicates = false, retentionMs = RETENTION_MS): ProcessorWindowStore<string, string> {
    const kind = new ProcessorWindowKind({ sizeMs: 10, retentionMs, retainDuplicates, format: 'plain' });
    return kind.open(bytes.store, textCodec, textCodec);
  }

  for (const retainDuplicates of [false, true]) {
    it(`${retainDuplicates ? 'with duplicates ' : ''}finds what a list of its entries has, by keys and starts, in both directions`, async () => {
      const key = fc.constantFrom(...KEYS);
      const start = fc.constantFrom(...TIMES);
      const action: fc.Arbitrary<Action> = fc.oneof(
        {
          weight: 9,
          arbitrary: fc.record({ kind: fc.constant('put'), key, start, value: fc.option(fc.string(), { freq: 4 }) }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('persist') }) },
      );
      const bounds = fc.tuple(fc.option(key), fc.option(key), fc.constantFrom(-5, ...TIMES), fc.constantFrom(...TIMES));
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 40 }), bounds, key, async (actions, [a, b, from, to], one) => {
          await bytes.close();
          bytes = await MemoryBytes.create();
          let store = open(retainDuplicates);
          const model = new WindowModel(retainDuplicates);
          for (const action of actions) {
            if (action.kind === 'put') {
              store.put(action.key, action.value, action.start);
              model.put(action);
              continue;
            }
            await bytes.persist();
            const { observedStart } = store;
            store = open(retainDuplicates);
            store.resume(observedStart);
          }
          const inRange = model.fetch(a, b, from, to);
          const range = { keyFrom: a, keyTo: b, from, to };
          assert.deepEqual(await listed(store.fetchKeys(range)), inRange);
          assert.deepEqual(await listed(store.fetchKeys(range, { reverse: true })), [...inRange].reverse());
          assert.deepEqual(await listed(store.fetchAll(from, to)), model.fetch(null, null, from, to));
          assert.deepEqual(await listed(store.all({ reverse: true })), model.fetch(null, null, 0, 1e9).reverse());
          const ofOne = model.fetch(one, one, from, to).map(row => ({ start: row.start, value: row.value }));
          assert.deepEqual([...store.fetch(one, from, to)], ofOne);
          assert.deepEqual([...store.fetch(one, from, to, { reverse: true })], [...ofOne].reverse());
          for (const time of TIMES) {
            assert.equal(store.get(one, time), model.fetch(one, one, time, time).at(-1)?.value ?? null);
          }
        }),
        { numRuns: 300 },
      );
    });

    it(`has many entries of keys that begin alike in order, ${retainDuplicates ? 'with' : 'without'} duplicates`, async () => {
      const store = open(retainDuplicates);
      const model = new WindowModel(retainDuplicates);
      for (let n = 0; n < 3000; n++) {
        const put: Put = { kind: 'put', key: KEYS[n % 5] ?? '', start: (n * 7919) % 120_000, value: String(n) };
        store.put(put.key, put.value, put.start);
        model.put(put);
        if (n % 1000 === 0) await bytes.persist();
      }
      const all = model.fetch(null, null, 0, 1e9);
      assert.deepEqual(await listed(store.all()), all);
      assert.deepEqual(await listed(store.all({ reverse: true })), all.reverse());
      const range = { keyFrom: 'a', keyTo: 'a\0', from: 10_000, to: 90_000 };
      const found = model.fetch('a', 'a\0', 10_000, 90_000);
      assert.deepEqual(await listed(store.fetchKeys(range)), found);
      assert.deepEqual(await listed(store.fetchKeys(range, { reverse: true })), found.reverse());
    });
  }

  it('shows nothing of what is put while a range is read, in any chunk', async () => {
    const store = open();
    for (let start = 0; start < 1000; start++) for (const key of ['a', 'b']) store.put(key, 'before', start * 100);
    await bytes.persist();
    for (const reverse of [false, true]) {
      let count = 0;
      for await (const { key, value } of store.all({ reverse })) {
        assert.equal(value, 'before');
        if (count++ % 400 !== 0) continue;
        for (let start = 0; start < 1000; start += 3) store.put(key === 'a' ? 'b' : 'a', 'after', start * 100);
      }
      assert.equal(count, 2000);
      bytes.store.rollback();
    }
    const windows = store.fetch('a', 0, 100_000);
    assert.equal(windows.next().value?.value, 'before');
    store.put('a', 'after', 100);
    assert.equal(windows.next().value?.value, 'before');
  });

  it('gives windows of a range of keys in the order of Java, by segment, key and start', async () => {
    const store = open();
    for (const start of [70_000, 5, 64_999, 65_000, 100_000]) {
      for (const key of ['b', 'a', 'ab']) store.put(key, 'v', start);
    }
    const text = (windows: Iterable<{ key: string; start: number }>) =>
      [...windows].map(({ key, start }) => `${key}@${start}`).join(' ');
    const range = { keyFrom: 'a', keyTo: 'b', from: 0, to: 90_000 };
    const found = 'a@5 a@64999 ab@5 ab@64999 b@5 b@64999 a@65000 a@70000 ab@65000 ab@70000 b@65000 b@70000';
    assert.equal(text(await listed(store.fetchKeys(range))), found);
    assert.equal(text(await listed(store.fetchKeys(range, { reverse: true }))), found.split(' ').reverse().join(' '));
    assert.equal(
      text(await listed(store.fetchAll(6, 70_000))),
      'a@64999 ab@64999 b@64999 a@65000 a@70000 ab@65000 ab@70000 b@65000 b@70000',
    );
  });

  it('answers as Java does, with duplicates', async () => {
    const store = open(true, 100_000);
    for (const [value, start] of [
      ['1', 0],
      ['2', 0],
      ['3', 5],
      ['4', 0],
    ] as const)
      store.put('a', value, start);
    store.put('a', null, 0);
    const text = (windows: Iterable<{ start: number; value: string }>) =>
      [...windows].map(({ start, value }) => `${start}=${value}`).join(',');
    assert.equal(text(store.fetch('a', 0, 10)), '0=1,0=2,0=4,5=3');
    assert.equal(text(store.fetch('a', 0, 0)), '0=1,0=2,0=4');
    assert.equal(text(store.fetch('a', 0, 10, { reverse: true })), '5=3,0=4,0=2,0=1');
    assert.equal(text(await listed(store.all())), '0=1,0=2,0=4,5=3');
  });

  it('answers as Java does when windows expire', async () => {
    const store = open(false, 60_000);
    const windowsOfA = () => [...store.fetch('a', 0, 100_000)].map(({ start, value }) => `${start}=${value}`).join(',');
    store.put('a', '1', 0);
    store.put('a', '2', 30_000);
    assert.equal(windowsOfA(), '0=1,30000=2');
    store.put('b', '3', 60_000);
    assert.equal(windowsOfA(), '30000=2');
    store.put('a', '4', 0);
    assert.equal(windowsOfA(), '30000=2');
    store.put('a', '5', 1);
    assert.equal(windowsOfA(), '1=5,30000=2');
    store.put('b', '6', 90_000);
    assert.equal(windowsOfA(), '');
    assert.equal(store.get('a', 30_000), null);
    store.put('a', '7', 30_001);
    assert.equal(windowsOfA(), '30001=7');
    assert.deepEqual(await listed(store.all()), [
      { key: 'a', start: 30_001, value: '7' },
      { key: 'b', start: 60_000, value: '3' },
      { key: 'b', start: 90_000, value: '6' },
    ]);
    store.put('c', null, 100_000);
    assert.equal(store.observedStart, 100_000, 'a deletion counts');
  });

  it('keeps a window whose new value its changelog can not take', () => {
    const store = open();
    store.put('a', 'before', 5);
    bytes.store.limitEntries(100);
    assert.throws(() => store.put('a', 'v'.repeat(200), 5), EntryTooLargeError);
    assert.equal(store.get('a', 5), 'before');
  });

  it('refuses a start below 0, and a retention that is not above 0', () => {
    assert.throws(() => open().put('a', 'x', -1), /-1/);
    for (const retentionMs of [0, -1, 0.5]) assert.throws(() => open(false, retentionMs), /retentionMs/);
  });

  it('has a shape that tells apart what would be misread', () => {
    const shapes = [60_000, 400_000].flatMap(retentionMs =>
      [false, true].flatMap(retainDuplicates =>
        (['plain', 'timestamped', 'withHeaders'] as const).map(format =>
          JSON.stringify(new ProcessorWindowKind({ sizeMs: 10, retentionMs, retainDuplicates, format }).shape),
        ),
      ),
    );
    assert.equal(new Set(shapes).size, shapes.length);
  });
});
