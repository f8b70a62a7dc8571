import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ValueAndTimestamp } from '../../stores/encoding/timestamped.js';
import { KeyValueKind } from '../../stores/kinds/key-value.js';
import { TimeBucketsKind } from '../../stores/kinds/time-buckets.js';
import { type PutOutcome, VersionedStore } from '../../stores/kinds/versioned.js';
import { textCodec } from './codecs.js';
import { MemoryBytes } from './memory-bytes.js';

const KEYS = ['', 'a', 'a\0'];

interface Version {
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

/** Every version that was put, for ever. */
class VersionModel {
  readonly #historyMs: number;
  #versions: readonly Version[] = [];
  #highest = -1;
  #committed: { readonly versions: readonly Version[]; readonly highest: number } = { versions: [], highest: -1 };

  constructor(historyMs: number) {
    this.#historyMs = historyMs;
  }

  put({ key, value, timestamp }: Version): PutOutcome {
    if (timestamp < this.#highest - this.#historyMs) return 'rejected';
    this.#highest = Math.max(this.#highest, timestamp);
    const isReplaced = (other: Version): boolean => other.key === key && other.timestamp === timestamp;
    this.#versions = [...this.#versions.filter(version => !isReplaced(version)), { key, value, timestamp }];
    const next = this.#of(key).find(version => version.timestamp > timestamp);
    return next?.timestamp ?? 'latest';
  }

  delete(key: string, timestamp: number): ValueAndTimestamp<string> | null {
    const before = timestamp < this.#highest - this.#historyMs ? null : this.asOf(key, timestamp);
    this.put({ key, value: null, timestamp });
    return before;
  }

  get highest(): number {
    return this.#highest;
  }

  commit(): void {
    this.#committed = { versions: this.#versions, highest: this.#highest };
  }

  abort(): void {
    this.#versions = this.#committed.versions;
    this.#highest = this.#committed.highest;
  }

  get(key: string): ValueAndTimestamp<string> | null {
    return filled(this.#of(key).at(-1));
  }

  asOf(key: string, time: number): ValueAndTimestamp<string> | null {
    const latest = this.get(key);
    if (latest !== null && latest.timestamp <= time) return latest;
    if (time < this.#highest - this.#historyMs) return null;
    return filled(
      this.#of(key)
        .filter(({ timestamp }) => timestamp <= time)
        .at(-1),
    );
  }

  #of(key: string): Version[] {
    return this.#versions.filter(version => version.key === key).sort((a, b) => a.timestamp - b.timestamp);
  }
}

function filled(version: Version | undefined): ValueAndTimestamp<string> | null {
  return version === undefined || version.value === null
    ? null
    : { value: version.value, timestamp: version.timestamp };
}

describe('a versioned store', () => {
  let latest: MemoryBytes;
  let history: MemoryBytes;

  beforeEach(async () => {
    latest = await MemoryBytes.create();
    history = await MemoryBytes.create();
  });

  afterEach(async () => {
    await latest.close();
    await history.close();
  });

  function open(historyMs: number): VersionedStore<string, string> {
    return new VersionedStore(
      {
        latest: { kind: new KeyValueKind(), bytes: latest.store },
        history: { kind: new TimeBucketsKind(Math.ceil(historyMs / 2), historyMs), bytes: history.store },
      },
      textCodec,
      textCodec,
    );
  }

  it('is what a list of all versions is, through writes to disk and aborts', async () => {
    const historyMs = 20;
    const key = fc.constantFrom(...KEYS);
    const timestamp = fc.nat(60);
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ kind: fc.constant('put'), key, timestamp, value: fc.option(fc.string(), { freq: 3 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), key, timestamp }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit', 'persist', 'abort') }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async steps => {
        await latest.close();
        await history.close();
        latest = await MemoryBytes.create();
        history = await MemoryBytes.create();
        let store = open(historyMs);
        const model = new VersionModel(historyMs);
        for (const action of steps) {
          if ('value' in action) {
            assert.equal(store.put(action.key, action.value, action.timestamp), model.put(action));
          } else if ('key' in action) {
            assert.deepEqual(store.delete(action.key, action.timestamp), model.delete(action.key, action.timestamp));
          } else {
            for (const bytes of [latest, history]) {
              if (action.kind === 'abort') bytes.store.rollback();
              else await (action.kind === 'commit' ? bytes.commit() : bytes.persist());
            }
            if (action.kind === 'abort') model.abort();
            else model.commit();
            assert.equal(action.kind === 'abort' || store.highest === model.highest, true);
            store = open(historyMs);
            store.resume(model.highest);
          }
          for (const of of KEYS) {
            assert.deepEqual(store.get(of), model.get(of));
            for (let time = 0; time <= 60; time += 3) {
              assert.deepEqual(store.getAsOf(of, time), model.asOf(of, time), `${JSON.stringify(of)} as of ${time}`);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('answers as Java does', () => {
    const store = open(100_000);
    const asOf = (time: number): string => text(store.getAsOf('a', time));
    assert.equal(store.put('a', 'v10', 10), 'latest');
    assert.equal(store.put('a', 'v20', 20), 'latest');
    assert.equal(text(store.get('a')), 'v20@20');
    assert.deepEqual([9, 10, 19, 20, 99].map(asOf), ['null', 'v10@10', 'v10@10', 'v20@20', 'v20@20']);
    assert.equal(store.put('a', 'v15', 15), 20);
    assert.deepEqual([14, 15].map(asOf), ['v10@10', 'v15@15']);
    assert.equal(store.put('a', 'w15', 15), 20);
    assert.equal(asOf(16), 'w15@15');
    assert.equal(text(store.delete('a', 17)), 'w15@15');
    assert.deepEqual([18, 20].map(asOf), ['null', 'v20@20']);
    assert.equal(store.put('a', null, 30), 'latest');
    assert.equal(text(store.get('a')), 'null');
    assert.deepEqual([29, 30].map(asOf), ['v20@20', 'null']);
    assert.equal(store.put('a', 'v40', 40), 'latest');
    assert.equal(text(store.get('a')), 'v40@40');
    assert.equal(store.get('b'), null);
    assert.equal(store.delete('b', 5), null);
    assert.equal(store.put('b', null, 6), 'latest');
    assert.equal(store.getAsOf('b', 7), null);
  });

  it('keeps the versions before a deletion, whatever was put at its timestamp, as Java does', () => {
    const store = open(100_000);
    assert.deepEqual([store.put('a', null, 1), store.put('a', 'x', 0)], ['latest', 1]);
    assert.deepEqual(
      [0, 1].map(time => text(store.getAsOf('a', time))),
      ['x@0', 'null'],
    );
    assert.deepEqual(
      [store.put('b', 'v5', 5), store.put('b', 'w10', 10), store.put('b', null, 10)],
      ['latest', 'latest', 'latest'],
    );
    assert.deepEqual(
      [7, 10].map(time => text(store.getAsOf('b', time))),
      ['v5@5', 'null'],
    );
    assert.deepEqual(
      [store.put('c', null, 10), store.put('c', 'v', 10), store.put('c', 'w', 15)],
      ['latest', 'latest', 'latest'],
    );
    assert.equal(store.put('c', 'u', 9), 10);
    assert.deepEqual(
      [9, 12].map(time => text(store.getAsOf('c', time))),
      ['u@9', 'v@10'],
    );
  });

  it('rejects what is older than the history', () => {
    const store = open(100);
    store.put('b', 'x', 1000);
    assert.equal(store.put('a', 'x', 899), 'rejected');
    assert.equal(store.get('a'), null);
    assert.equal(store.put('a', 'x', 900), 'latest');
    assert.equal(store.delete('a', 899), null);
    assert.equal(text(store.get('a')), 'x@900');
  });
});

function text(version: ValueAndTimestamp<string> | null): string {
  return version === null ? 'null' : `${version.value}@${version.timestamp}`;
}
