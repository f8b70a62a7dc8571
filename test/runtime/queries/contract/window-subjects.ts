import {
  SlidingWindows,
  type StoreEntry,
  Stores,
  type StreamsBuilder,
  TimeWindows,
  UnlimitedWindows,
} from '../../../../streams/index.js';
import { listed, processedBy, puts, type Query, STORE, type Subject, TOPIC } from './subject.js';

const END = Number.MAX_SAFE_INTEGER;

/** `inOrder`: the order of entries of several keys. */
function windowQueries(entries: readonly StoreEntry[]): readonly Query[] {
  const placesOf = (found: AsyncIterable<StoreEntry>): Promise<unknown[]> =>
    listed(found).then(all => all.map(placeOf));
  const placeOf = ({ key, window, value }: StoreEntry): unknown => [key, window?.start, value];
  const places = (is: (key: string, start: number) => boolean): unknown[] =>
    entries.filter(({ key, window }) => is(String(key), window?.start ?? 0)).map(placeOf);
  const starts = [...new Set(entries.map(({ window }) => window?.start ?? 0))].sort((a, b) => a - b);
  const [first = 0, second = 0, ...rest] = starts;
  const last = rest.at(-1) ?? second;
  return [
    ...['a', 'b', 'nobody'].map(
      (key): Query => ({
        title: `the windows of ${key}`,
        expected: places(of => of === key),
        ask: stores => placesOf(stores.window().fetch(key, 0, END)),
      }),
    ),
    {
      title: 'the windows of a key backwards',
      expected: places(key => key === 'a').reverse(),
      ask: stores => placesOf(stores.window().backwardFetch('a', 0, END)),
    },
    {
      title: 'the windows of a key in a range of time',
      expected: places((key, start) => key === 'a' && start >= second && start <= last),
      ask: stores => placesOf(stores.window().fetch('a', second, last)),
    },
    {
      title: 'the windows of a range of keys',
      expected: places((key, start) => key <= 'a' && start <= last),
      ask: stores => placesOf(stores.window().fetch(null, 'a', 0, last)),
    },
    {
      title: 'the windows of a range of keys backwards',
      expected: places(key => key >= 'b').reverse(),
      ask: stores => placesOf(stores.window().backwardFetch('b', null, 0, END)),
    },
    {
      title: 'the windows of a range of time',
      expected: places((_key, start) => start > first && start <= last),
      ask: stores => placesOf(stores.window().fetchAll(first + 1, last)),
    },
    {
      title: 'the windows of a range of time backwards',
      expected: places((_key, start) => start <= first).reverse(),
      ask: stores => placesOf(stores.window().backwardFetchAll(-5, first)),
    },
    {
      title: 'all windows backwards',
      expected: places(() => true).reverse(),
      ask: stores => placesOf(stores.window().backwardAll()),
    },
    {
      title: 'one window, of duplicates the last one',
      expected: [entries.findLast(({ key, window }) => key === 'a' && window?.start === last)?.value ?? null, null],
      ask: async stores => [await stores.window().fetch('a', last), await stores.window().fetch('a', last + 1)],
    },
  ];
}

function subject(
  declare: (builder: StreamsBuilder) => void,
  rows: Subject['puts'],
  entries: readonly StoreEntry[],
): Subject {
  return { kind: 'window', declare, puts: rows, entries, queries: windowQueries(entries) };
}

function entry(key: string, start: number, sizeMs: number, value: unknown, timestamp: number | null): StoreEntry {
  return { key, window: { start, end: start + sizeMs }, value, timestamp };
}

const TUMBLING = TimeWindows.of({ size: 1000, grace: 0 });
/** The first window is outside the retention after the last record. */
const ROWS = puts(['a', 'x', 100], ['a', 'x', 4100], ['a', 'x', 4200], ['b', 'x', 4300], ['a', 'x', 5000]);

export function window(): Subject {
  return subject(
    builder => void builder.stream(TOPIC).groupByKey().windowedBy(TUMBLING).count({ as: STORE, retention: 3000 }),
    ROWS,
    [entry('a', 4000, 1000, 2, 4200), entry('b', 4000, 1000, 1, 4300), entry('a', 5000, 1000, 1, 5000)],
  );
}

export function distinct(): Subject {
  return subject(
    builder => void builder.stream(TOPIC).groupByKey().windowedBy(TUMBLING).distinct({ as: STORE }),
    puts(['a', 'x', 100], ['a', 'x', 5000], ['b', 'x', 5100], ['a', 'x', 5200]),
    [entry('a', 5000, 1000, true, null), entry('b', 5000, 1000, true, null)],
  );
}

export function unlimitedWindow(): Subject {
  const windows = UnlimitedWindows.of({ startOn: 100 });
  return subject(
    builder => void builder.stream(TOPIC).groupByKey().windowedBy(windows).count({ as: STORE }),
    puts(['a', 'x', 150], ['b', 'x', 160], ['a', 'x', 170]),
    [entry('a', 100, Number.POSITIVE_INFINITY, 2, 170), entry('b', 100, Number.POSITIVE_INFINITY, 1, 160)],
  );
}

/** The window of `c` is outside the retention after the last record. */
export function slidingWindow(): Subject {
  const windows = SlidingWindows.of({ timeDifference: 10, grace: 100 });
  return subject(
    builder => void builder.stream(TOPIC).groupByKey().windowedBy(windows).count({ as: STORE }),
    puts(['c', 'x', 890], ['a', 'x', 1000], ['a', 'x', 1005], ['b', 'x', 1006]),
    [
      entry('a', 990, 10, 1, 1000),
      entry('a', 995, 10, 2, 1005),
      entry('a', 1001, 10, 1, 1005),
      entry('b', 996, 10, 1, 1006),
    ],
  );
}

/** All of them are in one segment. The window of `c` is outside the retention after the last record. */
const PROCESSED = puts(
  ['c', 'x', 10],
  ['a', 'x', 1500],
  ['b', 'y', 1200],
  ['a', 'z', 1600],
  ['a', 'w', 1600],
  ['b', null, 1300],
);

export function processorWindow(): Subject {
  const store = Stores.timestampedWindowStore<string, string>({ name: STORE, retention: '1s', windowSize: 50 });
  return subject(
    builder =>
      processedBy(builder, store, (rows, { key, value, timestamp }) =>
        rows.put(key, value === null ? null : { value, timestamp: timestamp + 1 }, timestamp),
      ),
    PROCESSED,
    [entry('a', 1500, 50, 'x', 1501), entry('a', 1600, 50, 'w', 1601), entry('b', 1200, 50, 'y', 1201)],
  );
}

export function processorWindowWithDuplicates(): Subject {
  const options = { name: STORE, retention: '1s', windowSize: 50, retainDuplicates: true } as const;
  const store = Stores.windowStore<string, string>(options);
  return subject(
    builder => processedBy(builder, store, (rows, { key, value, timestamp }) => rows.put(key, value, timestamp)),
    PROCESSED,
    [
      entry('a', 1500, 50, 'x', null),
      entry('a', 1600, 50, 'z', null),
      entry('a', 1600, 50, 'w', null),
      entry('b', 1200, 50, 'y', null),
    ],
  );
}
