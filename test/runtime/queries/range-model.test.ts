import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemoryLevel } from 'memory-level';
import { describe, it } from 'mocha';
import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { KeyRange } from '../../../stores/bytes/key-range.js';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { type StateKey, stateKey } from '../../../stores/encoding/state-key.js';
import { ProcessorSessionKind } from '../../../stores/kinds/processor-session.js';
import { ProcessorWindowKind } from '../../../stores/kinds/processor-window.js';
import { Serdes, type StateStore, type StoreBuilder, Stores, StreamsBuilder } from '../../../streams/index.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import { keyRange } from '../../../streams/runtime/queries/key-ranges.js';
import { type QueryableStore, queryableStores } from '../../../streams/runtime/queries/queryable-store.js';
import type { KeysOfRange, StoreEntry, StoreRange } from '../../../streams/runtime/queries/store-entry.js';
import { readPage } from '../../../streams/runtime/queries/store-page.js';

const STORE = 'rows';
const RETENTION = 200_000;
/** Of the stores of processors: half the retention. */
const SEGMENT_MS = RETENTION / 2;
const TEXT = Serdes.string();
const JSON_VALUES = Serdes.json<number>();
/** Rows of one key may lie between those of another: a row ends with four bytes. */
const KEYS = ['', 'a', 'a\0\0\0\0', 'a\0\0\0\u0001', 'ab', 'b'];
/** On both sides of the end of a segment. */
const FIRST_TIME = SEGMENT_MS - 10;
const TIMES = 20;

interface Row {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

interface Subject {
  readonly store: QueryableStore;
  open(bytes: ByteStore): { put(row: Row): void };
  range(asked: Asked): StoreRange;
  /** True if the row is among what is asked by time. */
  isIn(row: Row, from: number, to: number): boolean;
  /** True if the second row takes the place of the first one. */
  replaces(before: Row, row: Row): boolean;
  order(a: Row, b: Row): number;
}

interface Asked {
  readonly key: string | null;
  readonly keyFrom: string | null;
  readonly keyTo: string | null;
  readonly from: number;
  readonly to: number;
}

const stateKeyOf = (key: string): StateKey => stateKey(Buffer.from(key));
const keysOf = ({ key, keyFrom, keyTo }: Asked): KeysOfRange & { readonly keys: KeyRange } => {
  const [from, to] = key === null ? [keyFrom, keyTo] : [key, key];
  const bound = (text: string | null): StateKey | null => (text === null ? null : stateKeyOf(text));
  return { key: key === null ? undefined : stateKeyOf(key), keys: keyRange(bound(from), bound(to)) };
};
const byKey = (a: Row, b: Row): number => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
const segment = (time: number): number => Math.floor(time / SEGMENT_MS);

function queryable(store: StoreBuilder<StateStore>): QueryableStore {
  const builder = new StreamsBuilder();
  builder.stream('in').process(() => () => {}, { stores: [store] });
  const found = queryableStores(planTopology(builder.build(), 'app', new Map([['in', 1]]))).get(STORE);
  assert.ok(found !== undefined);
  return found;
}

const SERDES = { name: STORE, valueSerde: JSON_VALUES };

function windows(retainDuplicates: boolean): Subject {
  const options = { ...SERDES, retention: RETENTION, windowSize: 5, retainDuplicates };
  const kind = new ProcessorWindowKind({ retentionMs: RETENTION, sizeMs: 5, retainDuplicates, format: 'plain' });
  return {
    store: queryable(Stores.windowStore<string, number>(options)),
    open(bytes) {
      const store = kind.open(bytes, TEXT, JSON_VALUES);
      return { put: ({ key, start, value }) => store.put(key, value, start) };
    },
    range: asked => ({ kind: 'windows', ...keysOf(asked), from: asked.from, to: asked.to }),
    isIn: ({ start }, from, to) => start >= from && start <= to,
    replaces: (before, row) => !retainDuplicates && before.key === row.key && before.start === row.start,
    order: (a, b) => segment(a.start) - segment(b.start) || byKey(a, b) || a.start - b.start,
  };
}

function sessions(): Subject {
  const kind = new ProcessorSessionKind({ retentionMs: RETENTION, format: 'plain' });
  return {
    store: queryable(Stores.sessionStore<string, number>({ ...SERDES, retention: RETENTION })),
    open(bytes) {
      const store = kind.open(bytes, TEXT, JSON_VALUES);
      return { put: ({ key, value, ...session }) => store.put(key, session, value) };
    },
    range: asked => ({ kind: 'sessions', ...keysOf(asked), earliestEnd: asked.from, latestStart: asked.to }),
    isIn: ({ start, end }, from, to) => end >= from && start <= to,
    replaces: (before, row) => before.key === row.key && before.start === row.start && before.end === row.end,
    order: (a, b) => segment(a.end) - segment(b.end) || byKey(a, b) || a.end - b.end || a.start - b.start,
  };
}

function keyValue(): Subject {
  return {
    store: queryable(Stores.keyValueStore<string, number>(SERDES)),
    open: bytes => ({
      put: ({ key, value }) => bytes.put(stateKeyOf(key), JSON_VALUES.serialize(value)),
    }),
    range: asked => ({ kind: 'keys', keys: keysOf(asked).keys }),
    isIn: () => true,
    replaces: (before, row) => before.key === row.key,
    order: byKey,
  };
}

const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  'a key-value store': keyValue,
  'a window store of processors': () => windows(false),
  'a window store with duplicates': () => windows(true),
  'a session store of processors': sessions,
};

const someKey = fc.option(fc.constantFrom(...KEYS), { nil: null });
const someTime = fc.integer({ min: FIRST_TIME - 2, max: FIRST_TIME + TIMES + 2 });
const asking = fc.record({
  key: fc.option(fc.constantFrom(...KEYS), { nil: null, freq: 2 }),
  keyFrom: someKey,
  keyTo: someKey,
  from: someTime,
  to: someTime,
  limit: fc.integer({ min: 1, max: 80 }),
  reverse: fc.boolean(),
});
/** Many rows of a key, so that its bucket has several chunks. */
const writing = fc.record({
  key: fc.constantFrom(...KEYS),
  start: fc.integer({ min: FIRST_TIME, max: FIRST_TIME + TIMES }),
  length: fc.nat({ max: 4 }),
  times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })),
  end: fc.constantFrom('nothing', 'commit', 'persist'),
});

for (const [name, subjectOf] of Object.entries(SUBJECTS)) {
  describe(`a range of ${name}`, function () {
    this.timeout(60_000);

    it('has the entries of a model, in pages of any size, forwards and backwards', async () => {
      const subject = subjectOf();
      await fc.assert(
        fc.asyncProperty(
          fc.array(writing, { maxLength: 10 }),
          fc.array(asking, { minLength: 1, maxLength: 6 }),
          async (writes, questions) => {
            const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
            const options = { now: 0, cleanCacheBytes: 0, discard: async () => {} };
            const state = await TaskState.open(level, [STORE], options);
            const bytes = state.store(STORE);
            const store = subject.open(bytes);
            let model: Row[] = [];
            let value = 0;
            for (const { key, start, length, times, end } of writes) {
              for (let n = 0; n < times; n++) {
                const at = start + (n % 3);
                const row = { key, start: at, end: at + length, value: value++ };
                model = [...model.filter(before => !subject.replaces(before, row)), row];
                store.put(row);
              }
              if (end !== 'nothing') commit(bytes);
              if (end === 'persist') await state.persist(0, new Map());
            }
            commit(bytes);
            for (const { limit, reverse, ...asked } of questions) {
              const expected = model.filter(row => isAsked(row, asked) && subject.isIn(row, asked.from, asked.to));
              const sorted = expected.sort(subject.order).map(row => row.value);
              const found = await valuesOf(subject, bytes, subject.range(asked), limit, reverse);
              // Pages backwards have duplicates in the reverse order too.
              assert.deepEqual(reverse ? found.reverse() : found, sorted);
            }
            await state.close();
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}

function commit(bytes: ByteStore): void {
  bytes.stage();
  bytes.commit();
}

function isAsked({ key }: Row, asked: Asked): boolean {
  if (asked.key !== null) return key === asked.key;
  const bytes = Buffer.from(key);
  const { keyFrom, keyTo } = asked;
  return (
    (keyFrom === null || Buffer.compare(bytes, Buffer.from(keyFrom)) >= 0) &&
    (keyTo === null || Buffer.compare(bytes, Buffer.from(keyTo)) <= 0)
  );
}

async function valuesOf(
  { store }: Subject,
  bytes: ByteStore,
  range: StoreRange,
  limit: number,
  reverse: boolean,
): Promise<unknown[]> {
  const found: StoreEntry[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const options = { limit, reverse, ...(after === undefined ? {} : { after }) };
    const page = await readPage({ store, bytes, liveFrom: 0 }, range, options);
    assert.ok(page.entries.length <= limit);
    found.push(...page.entries);
    after = page.next;
  }
  return found.map(({ value }) => value);
}
