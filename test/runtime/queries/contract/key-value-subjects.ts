import {
  Serdes,
  type StateStore,
  type StoreBuilder,
  type StoreEntry,
  Stores,
  type TimestampedKeyValueStore,
} from '../../../../streams/index.js';
import type { Headers } from '../../../../streams/kafka/record.js';
import { listed, type Put, processedBy, puts, type Query, STORE, type Subject, TOPIC } from './subject.js';

const name = { name: STORE };
const PUTS = puts(['b', 'x', 1], ['a', 'y', 2], ['bb', 'z', 3], ['c', 'w', 4], ['a', 'v', 5], ['c', null, 6]);

/** The last value of each key, with what `shown` adds. */
function lastOf(all: readonly Put[], shown: (put: Put) => Partial<StoreEntry>): readonly StoreEntry[] {
  const last = new Map<string, Put>();
  for (const put of all) last.set(put.key, put);
  const left = [...last.values()].filter(({ value }) => value !== null);
  const sorted = left.sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.map(put => ({ key: put.key, value: put.value, timestamp: null, ...shown(put) }));
}

function keyQueries(entries: readonly StoreEntry[]): readonly Query[] {
  const keysOf = (found: AsyncIterable<StoreEntry>): Promise<unknown[]> =>
    listed(found).then(all => all.map(({ key }) => key));
  const keys = entries.map(({ key }) => String(key));
  return [
    ...['a', 'b', 'c', 'nobody'].map(
      (key): Query => ({
        title: `the value of ${key}`,
        expected: entries.find(entry => entry.key === key)?.value ?? null,
        ask: stores => stores.keyValue().get(key),
      }),
    ),
    {
      title: 'a range',
      expected: keys.filter(key => key >= 'a' && key <= 'b'),
      ask: stores => keysOf(stores.keyValue().range('a', 'b')),
    },
    {
      title: 'a range without an upper bound',
      expected: keys.filter(key => key >= 'b'),
      ask: stores => keysOf(stores.keyValue().range('b', null)),
    },
    {
      title: 'a range backwards',
      expected: keys.filter(key => key <= 'b').reverse(),
      ask: stores => keysOf(stores.keyValue().reverseRange(null, 'b')),
    },
    {
      title: 'all backwards',
      expected: [...keys].reverse(),
      ask: stores => keysOf(stores.keyValue().reverseAll()),
    },
    {
      title: 'the keys with a prefix',
      expected: keys.filter(key => key.startsWith('b')),
      ask: stores => keysOf(stores.keyValue().prefixScan('b', Serdes.string())),
    },
  ];
}

export function keyValue(): Subject {
  const entries = lastOf(PUTS, ({ timestamp }) => ({ timestamp }));
  return {
    kind: 'keyValue',
    declare: builder => void builder.table(TOPIC, { as: STORE }),
    puts: PUTS,
    entries,
    queries: keyQueries(entries),
  };
}

function ofProcessor<S extends StateStore>(
  store: StoreBuilder<S>,
  put: (rows: S, put: Put) => void,
  {
    all = PUTS,
    shown = () => ({}),
  }: { readonly all?: readonly Put[]; readonly shown?: (put: Put) => Partial<StoreEntry> } = {},
): Subject {
  const entries = lastOf(all, shown);
  return {
    kind: 'keyValue',
    declare: builder => processedBy(builder, store, put),
    puts: all,
    entries,
    queries: keyQueries(entries),
  };
}

export function plainKeyValue(): Subject {
  return ofProcessor(Stores.keyValueStore<string, string>(name), (rows, { key, value }) => rows.put(key, value));
}

export function timestampedKeyValue(): Subject {
  const store = Stores.timestampedKeyValueStore<string, string>(name);
  const put = (rows: TimestampedKeyValueStore<string, string>, { key, value, timestamp }: Put): void =>
    rows.put(key, value === null ? null : { value, timestamp });
  return ofProcessor(store, put, { shown: ({ timestamp }) => ({ timestamp }) });
}

const HEADERS: Headers = [
  { key: 'trace', value: Buffer.from('ä') },
  { key: 'none', value: null },
];

export function keyValueWithHeaders(): Subject {
  const store = Stores.timestampedKeyValueStoreWithHeaders<string, string>(name);
  return ofProcessor(
    store,
    (rows, { key, value, timestamp, headers = [] }) =>
      rows.put(key, value === null ? null : { value, timestamp, headers }),
    {
      all: PUTS.map(put => (put.key === 'a' ? { ...put, headers: HEADERS } : put)),
      shown: ({ timestamp, headers = [] }) => ({ timestamp, headers }),
    },
  );
}

/** It has room for all of them. */
export function lru(): Subject {
  const store = Stores.lruMap<string, string>({ ...name, maxEntries: 4 });
  return ofProcessor(store, (rows, { key, value }) => rows.put(key, value));
}
