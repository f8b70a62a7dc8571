import { SessionWindows, type StoreEntry, Stores } from '../../../../streams/index.js';
import { listed, processedBy, puts, type Query, STORE, type Subject, TOPIC } from './subject.js';

const END = Number.MAX_SAFE_INTEGER;

function sessionQueries(entries: readonly StoreEntry[]): readonly Query[] {
  const placesOf = (found: AsyncIterable<StoreEntry>): Promise<unknown[]> =>
    listed(found).then(all => all.map(placeOf));
  const placeOf = ({ key, window, value }: StoreEntry): unknown => [key, window?.start, window?.end, value];
  const places = (is: (key: string, start: number, end: number) => boolean): unknown[] =>
    entries.filter(({ key, window }) => is(String(key), window?.start ?? 0, window?.end ?? 0)).map(placeOf);
  const of = entries.find(({ key }) => key === 'a');
  const { start, end } = of?.window ?? { start: 0, end: 0 };
  return [
    ...['a', 'b', 'nobody'].map(
      (key): Query => ({
        title: `the sessions of ${key}`,
        expected: places(is => is === key),
        ask: stores => placesOf(stores.session().fetch(key)),
      }),
    ),
    {
      title: 'the sessions of a key backwards',
      expected: places(key => key === 'a').reverse(),
      ask: stores => placesOf(stores.session().backwardFetch('a')),
    },
    {
      title: 'the sessions of a key that overlap a range of time',
      expected: places((key, from, to) => key === 'a' && to >= end + 1 && from <= end + 25),
      ask: stores => placesOf(stores.session().findSessions('a', end + 1, end + 25)),
    },
    {
      title: 'the sessions that overlap a range of time, backwards',
      expected: places((_key, from, to) => to >= end && from <= start + 1).reverse(),
      ask: stores => placesOf(stores.session().backwardFindSessions(null, null, end, start + 1)),
    },
    {
      title: 'the sessions of a range of keys',
      expected: places(key => key >= 'b'),
      ask: stores => placesOf(stores.session().fetch('b', null)),
    },
    {
      title: 'all sessions backwards',
      expected: places(() => true).reverse(),
      ask: stores => placesOf(stores.session().backwardFindSessions(null, null, 0, END)),
    },
    {
      title: 'one session',
      expected: [of?.value, null, null],
      ask: async stores => [
        await stores.session().fetchSession('a', start, end),
        await stores.session().fetchSession('a', start + 1, end),
        await stores.session().fetchSession('nobody', start, end),
      ],
    },
  ];
}

function entry(key: string, start: number, end: number, value: unknown, timestamp: number | null): StoreEntry {
  return { key, window: { start, end }, value, timestamp };
}

/** The session of `c` is outside the retention after the last record. */
export function session(): Subject {
  const windows = SessionWindows.of({ gap: 10, grace: 0 });
  const entries = [entry('a', 100, 105, 2, 105), entry('a', 130, 130, 1, 130), entry('b', 200, 200, 1, 200)];
  return {
    kind: 'session',
    declare: builder =>
      void builder.stream(TOPIC).groupByKey().windowedBy(windows).count({ as: STORE, retention: 150 }),
    puts: puts(['c', 'x', 10], ['a', 'x', 100], ['a', 'x', 105], ['a', 'x', 130], ['b', 'x', 200]),
    entries,
    queries: sessionQueries(entries),
  };
}

/** A session lasts from the number that is the value to the timestamp. All of them are in one segment. */
export function processorSession(): Subject {
  const store = Stores.sessionStore<string, string>({ name: STORE, retention: '1s' });
  const entries = [
    entry('a', 1490, 1500, '1490', null),
    entry('a', 1495, 1500, '1495', null),
    entry('a', 1520, 1530, '1520', null),
    entry('b', 1100, 1200, '1100', null),
  ];
  return {
    kind: 'session',
    declare: builder =>
      processedBy(builder, store, (rows, { key, value, timestamp }) =>
        rows.put({ key, window: { start: Number(value), end: timestamp } }, value),
      ),
    puts: puts(['c', '5', 10], ['a', '1495', 1500], ['a', '1490', 1500], ['a', '1520', 1530], ['b', '1100', 1200]),
    entries,
    queries: sessionQueries(entries),
  };
}
