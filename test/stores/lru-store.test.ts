import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { LruKind, type LruStore } from '../../stores/kinds/lru.js';
import { textCodec } from './codecs.js';
import { listed, MemoryBytes } from './memory-bytes.js';

const MAX_ENTRIES = 3;
const KEYS = ['a', 'b', 'c', 'd', 'e'];

type Action =
  | { readonly kind: 'put' | 'putIfAbsent' | 'get' | 'delete'; readonly key: string; readonly value: string }
  | { readonly kind: 'commit' | 'persist' | 'abort' };

interface Row {
  readonly value: string;
  readonly put: number;
}

/** Entries from the eldest to the most recent one: as they are, and as the last commit left them. */
class LruModel {
  #entries = new Map<string, Row>();
  #committed = new Map<string, Row>();
  #puts = 0;

  get(key: string): string | null {
    const row = this.#entries.get(key);
    if (row === undefined) return null;
    this.#entries.delete(key);
    this.#entries.set(key, row);
    return row.value;
  }

  put(key: string, value: string): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, put: this.#puts++ });
    const [eldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && eldest !== undefined) this.#entries.delete(eldest);
  }

  delete(key: string): string | null {
    const row = this.#entries.get(key);
    this.#entries.delete(key);
    return row?.value ?? null;
  }

  commit(): void {
    this.#committed = new Map(this.#entries);
  }

  abort(): void {
    this.#entries = new Map([...this.#committed].sort(([, a], [, b]) => a.put - b.put));
  }

  get all(): [string, string][] {
    return [...this.#entries].map(([key, { value }]): [string, string] => [key, value]).sort();
  }
}

describe('an LRU store', () => {
  let bytes: MemoryBytes;

  beforeEach(async () => {
    bytes = await MemoryBytes.create();
  });

  afterEach(() => bytes.close());

  async function open(maxEntries = MAX_ENTRIES): Promise<LruStore<string, string>> {
    const store = new LruKind(maxEntries).open(bytes.store, textCodec, textCodec);
    await store.init();
    return store;
  }

  it('drops the entry that was put and read least recently, whatever was aborted', async () => {
    const key = fc.constantFrom(...KEYS);
    const action: fc.Arbitrary<Action> = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('put', 'get'), key, value: fc.string() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('putIfAbsent', 'delete'), key, value: fc.string() }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('commit', 'persist', 'abort') }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async actions => {
        await bytes.close();
        bytes = await MemoryBytes.create();
        let store = await open();
        const model = new LruModel();
        for (const action of actions) {
          switch (action.kind) {
            case 'put':
              store.put(action.key, action.value);
              model.put(action.key, action.value);
              break;
            case 'get':
              assert.equal(store.get(action.key), model.get(action.key));
              break;
            case 'putIfAbsent': {
              const before = model.get(action.key);
              if (before === null) model.put(action.key, action.value);
              assert.equal(store.putIfAbsent(action.key, action.value), before);
              break;
            }
            case 'delete':
              assert.equal(store.delete(action.key), model.delete(action.key));
              break;
            case 'abort':
              bytes.store.rollback();
              store = await open();
              model.abort();
              break;
            default:
              await (action.kind === 'commit' ? bytes.commit() : bytes.persist());
              model.commit();
          }
          assert.deepEqual(await listed(store.all()), model.all, action.kind);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers as Java does', async () => {
    const store = await open(2);
    store.put('a', '1');
    store.put('b', '2');
    assert.equal(store.get('a'), '1');
    store.put('c', '3');
    assert.deepEqual([store.get('b'), store.get('a'), store.get('c')], [null, '1', '3']);
    store.put('b', '4');
    assert.deepEqual([store.get('a'), store.get('c'), store.get('b')], [null, '3', '4']);
    assert.deepEqual(await listed(store.all()), [
      ['b', '4'],
      ['c', '3'],
    ]);
  });

  it('writes each deletion to its changelog', async () => {
    const store = await open(2);
    for (const key of ['a', 'b']) store.put(key, '1');
    bytes.commit();
    for (const key of ['c', 'd']) store.put(key, '1');
    const writes = [...bytes.store.stage()].map(([key, value]) => [key, value === null]);
    assert.deepEqual(writes, [
      ['c', false],
      ['a', true],
      ['d', false],
      ['b', true],
    ]);
  });

  it('drops the eldest entries at the next put when it has more than its maximum', async () => {
    const before = await open(5);
    for (const key of KEYS) before.put(key, '1');
    await bytes.persist();
    const store = await open(2);
    store.put('f', '1');
    assert.deepEqual(
      (await listed(store.all())).map(([key]) => key),
      ['e', 'f'],
    );
  });

  it('makes no entry more recent that a range lists', async () => {
    const store = await open(2);
    for (const key of ['a', 'b']) store.put(key, '1');
    await listed(store.range('a', 'a'));
    store.put('c', '1');
    assert.deepEqual(
      (await listed(store.range(null, null, { reverse: true }))).map(([key]) => key),
      ['c', 'b'],
    );
    assert.deepEqual(await listed(store.prefixScan('b', textCodec)), [['b', '1']]);
  });

  it('refuses a maximum that is no positive integer', () => {
    for (const maxEntries of [0, -1, 1.5, Number.NaN]) assert.throws(() => new LruKind(maxEntries), /maxEntries/);
  });
});
