import { type StoreEntry, Stores } from '../../../../streams/index.js';
import { listed, processedBy, puts, type Query, STORE, type Subject, TOPIC } from './subject.js';

/** `late` is between two others. `a` has no value from 1,300 to 1,400. `b` has none at the end. */
const PUTS = puts(
  ['a', 'forgotten', 10],
  ['a', 'first', 1100],
  ['a', 'second', 1200],
  ['a', 'late', 1150],
  ['b', 'only', 1200],
  ['a', null, 1300],
  ['b', null, 1350],
  ['a', 'last', 1400],
);
const ENTRIES: readonly StoreEntry[] = [{ key: 'a', value: 'last', timestamp: 1400 }];

const version = (key: string, value: string, timestamp: number, validTo: number | null): StoreEntry => ({
  key,
  value,
  timestamp,
  validTo,
});
const FIRST = version('a', 'first', 1100, 1150);
const LATE = version('a', 'late', 1150, 1200);
const SECOND = version('a', 'second', 1200, 1300);
const LAST = version('a', 'last', 1400, null);
/** It is not valid any more, but it was replaced within the history. */
const FORGOTTEN = version('a', 'forgotten', 10, 1100);

const QUERIES: readonly Query[] = [
  {
    title: 'the newest value',
    expected: ['last', null],
    ask: async stores => [await stores.keyValue().get('a'), await stores.keyValue().get('b')],
  },
  {
    title: 'the newest version',
    expected: [LAST, null, null],
    ask: async ({ versionedKeyValue }) => [
      await versionedKeyValue().get('a'),
      await versionedKeyValue().get('b'),
      await versionedKeyValue().get('nobody'),
    ],
  },
  ...(
    [
      ['a', 1099, FORGOTTEN],
      ['a', 1100, FIRST],
      ['a', 1149, FIRST],
      ['a', 1150, LATE],
      ['a', 1299, SECOND],
      ['a', 1300, null],
      ['a', 1400, LAST],
      ['a', 9999, LAST],
      // Before the history: 1,400 less a second.
      ['a', 399, null],
      ['b', 1199, null],
      ['b', 1349, version('b', 'only', 1200, 1350)],
      ['b', 1350, null],
    ] as const
  ).map(
    ([key, time, expected]): Query => ({
      title: `the version of ${key} at ${time}`,
      expected,
      ask: ({ versionedKeyValue }) => versionedKeyValue().get(key, time),
    }),
  ),
  {
    title: 'the versions of a key',
    expected: [FORGOTTEN, FIRST, LATE, SECOND, LAST],
    ask: ({ versionedKeyValue }) => listed(versionedKeyValue().versions('a')),
  },
  {
    title: 'the versions of a key, the newest first',
    expected: [LAST, SECOND, LATE, FIRST, FORGOTTEN],
    ask: ({ versionedKeyValue }) => listed(versionedKeyValue().backwardVersions('a')),
  },
  {
    title: 'the versions that were valid in a range of time',
    expected: [FIRST, LATE],
    ask: ({ versionedKeyValue }) => listed(versionedKeyValue().versions('a', 1149, 1199)),
  },
  {
    title: 'no version where a range of time has none, or ends before it begins',
    expected: [[], []],
    ask: async ({ versionedKeyValue }) => [
      await listed(versionedKeyValue().versions('a', 1300, 1399)),
      await listed(versionedKeyValue().versions('a', 1250, 1249)),
    ],
  },
  {
    title: 'the versions of a key that is deleted',
    expected: [version('b', 'only', 1200, 1350)],
    ask: ({ versionedKeyValue }) => listed(versionedKeyValue().versions('b')),
  },
  ...[false, true].map(
    (reverse): Query => ({
      title: `the versions of a key in pages of any size${reverse ? ', backwards' : ''}`,
      expected: [1, 2, 5, 6].map(() => [10, 1100, 1150, 1200, 1400]),
      async ask(_stores, queries) {
        const found: unknown[] = [];
        for (const limit of [1, 2, 5, 6]) {
          const timestamps: (number | null)[] = [];
          for (let after: string | null | undefined; after !== null; ) {
            const options = { limit, reverse, ...(after === undefined ? {} : { after }) };
            const page = await queries.versions(STORE, 0, 'a', {}, options);
            timestamps.push(...page.entries.map(({ timestamp }) => timestamp));
            after = page.next;
          }
          found.push(reverse ? timestamps.reverse() : timestamps);
        }
        return found;
      },
    }),
  ),
];

const HISTORY = '1s';

export function versionedTable(): Subject {
  return {
    kind: 'keyValue',
    declare: builder => void builder.table(TOPIC, { as: STORE, historyRetention: HISTORY }),
    puts: PUTS,
    entries: ENTRIES,
    queries: QUERIES,
  };
}

export function versionedStore(): Subject {
  const store = Stores.versionedKeyValueStore<string, string>({ name: STORE, historyRetention: HISTORY });
  return {
    kind: 'keyValue',
    declare: builder =>
      processedBy(builder, store, (rows, { key, value, timestamp }) => void rows.put(key, value, timestamp)),
    puts: PUTS,
    entries: ENTRIES,
    queries: QUERIES,
  };
}
