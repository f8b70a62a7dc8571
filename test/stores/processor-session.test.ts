import assert from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EntryTooLargeError } from '../../stores/bytes/entry-too-large-error.js';
import { ProcessorSessionKind, type ProcessorSessionStore } from '../../stores/kinds/processor-session.js';
import { textCodec } from './codecs.js';
import { listed, MemoryBytes } from './memory-bytes.js';

const RETENTION_MS = 130_000;
/** Half the retention. */
const SEGMENT_MS = 65_000;
const KEYS = ['', 'a', 'a\0', 'b'];
const TIMES = [0, 1, 2, 64_999, 65_000, 65_001, 129_999, 130_000, 130_001, 200_000];

interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: string | null;
}

type Action = Put | { readonly kind: 'persist' };

interface Row {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** A list of sessions. */
class SessionModel {
  #rows: readonly Row[] = [];
  #highest = -1;

  put({ key, start, end, value }: Put): void {
    this.#highest = Math.max(this.#highest, end);
    this.#rows = this.#rows.filter(row => row.key !== key || row.start !== start || row.end !== end);
    if (value !== null) this.#rows = [...this.#rows, { key, start, end, value }];
    this.#rows = this.#rows.filter(row => row.end > this.#highest - RETENTION_MS);
  }

  find(keyFrom: string | null, keyTo: string | null, earliestEnd: number, latestStart: number): Row[] {
    return this.#rows
      .filter(({ key }) => (keyFrom === null || key >= keyFrom) && (keyTo === null || key <= keyTo))
      .filter(({ start, end }) => end >= earliestEnd && start <= latestStart)
      .sort((a, b) => segmentOf(a) - segmentOf(b) || byKey(a, b) || a.end - b.end || a.start - b.start);
  }
}

function segmentOf({ end }: Row): number {
  return Math.floor(end / SEGMENT_MS);
}

function byKey(a: Row, b: Row): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

const ALL_KEYS = { keyFrom: null, keyTo: null };

describe('a session store of a processor', () => {
  let bytes: MemoryBytes;

  beforeEach(async () => {
    bytes = await MemoryBytes.create();
  });

  afterEach(() => bytes.close());

  function open(retentionMs = RETENTION_MS): ProcessorSessionStore<string, string> {
    return new ProcessorSessionKind({ retentionMs, format: 'plain' }).open(bytes.store, textCodec, textCodec);
  }

  it('finds what a list of sessions has, whatever overlaps and ends together, in both directions', async () => {
    const key = fc.constantFrom(...KEYS);
    const time = fc.constantFrom(...TIMES);
    const put = fc
      .tuple(key, time, time, fc.option(fc.string(), { freq: 4 }))
      .map(
        ([ofKey, a, b, value]): Put => ({ kind: 'put', key: ofKey, start: Math.min(a, b), end: Math.max(a, b), value }),
      );
    const action: fc.Arbitrary<Action> = fc.oneof(
      { weight: 9, arbitrary: put },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('persist') }) },
    );
    const bounds = fc.tuple(fc.option(key), fc.option(key), fc.constantFrom(-5, ...TIMES), time);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), bounds, key, async (actions, [a, b, end, start], one) => {
        await bytes.close();
        bytes = await MemoryBytes.create();
        let store = open();
        const model = new SessionModel();
        for (const action of actions) {
          if (action.kind === 'put') {
            store.put(action.key, action, action.value);
            model.put(action);
            continue;
          }
          await bytes.persist();
          const { observedEnd } = store;
          store = open();
          store.resume(observedEnd);
        }
        const found = model.find(a, b, end, start);
        const within = { earliestEnd: end, latestStart: start };
        const keys = { keyFrom: a, keyTo: b };
        assert.deepEqual(await listed(store.findKeys(keys, within)), found);
        assert.deepEqual(await listed(store.findKeys(keys, within, { reverse: true })), [...found].reverse());
        assert.deepEqual(await listed(store.findKeys(keys)), model.find(a, b, 0, 1e9));
        const ofOne = model.find(one, one, end, start).map(({ key: _, ...session }) => session);
        assert.deepEqual([...store.find(one, within)], ofOne);
        assert.deepEqual([...store.find(one, within, { reverse: true })], [...ofOne].reverse());
        for (const session of model.find(null, null, 0, 1e9))
          assert.equal(store.get(session.key, session), session.value);
        assert.equal(store.get(one, { start: 3, end: 65_000 }), null);
      }),
      { numRuns: 200 },
    );
  });

  it('answers as Java does, by ranges of keys and backwards', async () => {
    const store = open(100_000);
    store.put('a', { start: 0, end: 5 }, 'p');
    store.put('a', { start: 10, end: 15 }, 'q');
    store.put('b', { start: 3, end: 4 }, 'r');
    store.put('c', { start: 20, end: 30 }, 's');
    const text = (sessions: Iterable<{ start: number; end: number; value: string }>) =>
      [...sessions].map(({ start, end, value }) => `${start}/${end}=${value}`).join(',');
    const reverse = { reverse: true };
    assert.equal(text(store.find('a', undefined, reverse)), '10/15=q,0/5=p');
    assert.equal(text(store.find('a', { earliestEnd: 5, latestStart: 10 }, reverse)), '10/15=q,0/5=p');
    assert.equal(text(await listed(store.findKeys({ keyFrom: 'aa', keyTo: 'b' }))), '3/4=r');
    assert.equal(text(await listed(store.findKeys({ keyFrom: null, keyTo: 'a' }))), '0/5=p,10/15=q');
    assert.equal(
      text(await listed(store.findKeys({ keyFrom: null, keyTo: 'a' }, undefined, reverse))),
      '10/15=q,0/5=p',
    );
    assert.equal(text(await listed(store.findKeys({ keyFrom: 'c', keyTo: null }))), '20/30=s');
    const keys = { keyFrom: 'a', keyTo: 'c' };
    assert.equal(text(await listed(store.findKeys(keys, { earliestEnd: 5, latestStart: 10 }))), '0/5=p,10/15=q');
    assert.equal(
      text(await listed(store.findKeys({ ...keys, keyFrom: 'b' }, { earliestEnd: 25, latestStart: 25 }))),
      '20/30=s',
    );
    assert.equal(store.get('b', { start: 3, end: 4 }), 'r');
    store.remove('b', { start: 3, end: 4 });
    assert.equal(store.get('b', { start: 3, end: 4 }), null);
    assert.equal((await listed(store.findKeys(ALL_KEYS))).length, 3);
  });

  it('gives sessions of a range of keys in the order of Java, by segment, key, end and start', async () => {
    const store = open();
    for (const key of ['b', 'a']) {
      for (const [start, end] of [
        [0, 5],
        [3, 5],
        [0, 70_000],
        [4, 6],
        [64_000, 65_001],
        [10, 64_999],
      ] as const)
        store.put(key, { start, end }, 'v');
    }
    const text = (sessions: Iterable<{ key: string; start: number; end: number }>) =>
      [...sessions].map(({ key, start, end }) => `${key}@${start}/${end}`).join(' ');
    const keys = { keyFrom: 'a', keyTo: 'b' };
    const all =
      'a@0/5 a@3/5 a@4/6 a@10/64999 b@0/5 b@3/5 b@4/6 b@10/64999 a@64000/65001 a@0/70000 b@64000/65001 b@0/70000';
    assert.equal(text(await listed(store.findKeys(keys))), all);
    assert.equal(
      text(await listed(store.findKeys(keys, undefined, { reverse: true }))),
      all.split(' ').reverse().join(' '),
    );
    assert.equal(
      text(await listed(store.findKeys(keys, { earliestEnd: 6, latestStart: 10 }))),
      'a@4/6 a@10/64999 b@4/6 b@10/64999 a@0/70000 b@0/70000',
    );
    assert.equal(
      [...store.find('a', { earliestEnd: 5, latestStart: 5 })].map(({ start, end }) => `${start}/${end}`).join(' '),
      '0/5 3/5 4/6 0/70000',
    );
  });

  it('counts what is removed when it lets sessions expire, and ignores a put that far back', () => {
    const store = open(60_000);
    store.put('a', { start: 0, end: 10 }, 'p');
    store.remove('b', { start: 0, end: 60_009 });
    assert.equal(store.get('a', { start: 0, end: 10 }), 'p');
    store.remove('b', { start: 0, end: 60_010 });
    assert.equal(store.get('a', { start: 0, end: 10 }), null);
    store.put('a', { start: 5, end: 10 }, 'q');
    assert.deepEqual([...store.find('a')], []);
    assert.equal(store.observedEnd, 60_010);
  });

  it('shows nothing of what is put while sessions are read', async () => {
    const store = open();
    for (let end = 0; end < 500; end++) for (const key of ['a', 'b']) store.put(key, { start: 0, end }, 'before');
    const found = store.find('a');
    assert.equal(found.next().value?.value, 'before');
    store.put('a', { start: 0, end: 1 }, 'after');
    assert.equal(found.next().value?.value, 'before');
    store.put('a', { start: 0, end: 1 }, 'before');
    let count = 0;
    for await (const { key, value } of store.findKeys(ALL_KEYS)) {
      assert.equal(value, 'before');
      if (count++ % 100 !== 0) continue;
      for (let end = 1; end < 500; end += 7) store.put(key === 'a' ? 'b' : 'a', { start: 1, end }, 'after');
    }
    assert.equal(count, 1000);
  });

  it('keeps a session whose new value its changelog can not take', () => {
    const store = open();
    const times = { start: 1, end: 5 };
    store.put('a', times, 'before');
    bytes.store.limitEntries(100);
    assert.throws(() => store.put('a', times, 'v'.repeat(200)), EntryTooLargeError);
    assert.equal(store.get('a', times), 'before');
  });

  it('refuses a session that starts below 0, or ends before it starts', () => {
    assert.throws(() => open().put('a', { start: -1, end: 5 }, 'x'), /-1 to 5/);
    assert.throws(() => open().put('a', { start: 6, end: 5 }, 'x'), /6 to 5/);
  });
});
