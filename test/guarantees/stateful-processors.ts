import { type KeyValueStore, Serdes, type StoreBuilder, Stores } from '../../streams/index.js';
import type { Declare } from './stateful-sources.js';

const SUMS = Stores.keyValueStore<string, number>({ name: 'sums' });
const WINDOWS = Stores.windowStore<string, number>({ name: 'windows', retention: 30, windowSize: 10 });
const PROCESSED_SESSIONS = Stores.sessionStore<string, number>({ name: 'processed-sessions', retention: 30 });
const VERSIONS = Stores.versionedKeyValueStore<string, number>({ name: 'versions', historyRetention: 20 });
const RECENT = Stores.lruMap<string, number>({ name: 'recent', maxEntries: 3 });

/** Sends the sum of each key, and forgets it when it is a multiple of 30. */
export function summing(store: StoreBuilder<KeyValueStore<string, number>>): Declare {
  return ({ all }) =>
    all.process<string, string>(
      context => {
        const sums = context.getStateStore(store);
        return ({ key, value, timestamp }) => {
          const total = (sums.get(key) ?? 0) + value.n;
          sums.put(key, total % 30 === 0 ? null : total);
          context.forward({ key, value: `${total}`, timestamp });
        };
      },
      { stores: [store] },
    );
}

/** Processors with each kind of store. */
export const STATEFUL_PROCESSORS: Readonly<Record<string, Declare>> = {
  'a processor with a store': summing(SUMS),
  'a processor that walks its store': ({ all }) =>
    all.process<string, string>(
      context => {
        const sums = context.getStateStore(SUMS);
        return async ({ key, value, timestamp }) => {
          const row = `${key}-${value.group}-${value.n}`;
          const removed = sums.delete(row);
          if (removed === null) sums.put(row, value.n);
          const rows: string[] = [];
          for await (const entry of sums.prefixScan(key, Serdes.string())) rows.push(`${entry.key}=${entry.value}`);
          context.forward({ key, value: rows.join(' '), timestamp });
        };
      },
      { stores: [SUMS] },
    ),
  'a processor that keeps what was used recently': ({ all }) =>
    all.process<string, string>(
      context => {
        const recent = context.getStateStore(RECENT);
        return ({ key, value, timestamp }) => {
          const before = recent.get(`${value.n % 5}`);
          recent.put(`${value.n % 5}`, value.n);
          context.forward({ key, value: `${before}`, timestamp });
        };
      },
      { stores: [RECENT] },
    ),
  'a processor with windows': ({ all }) =>
    all.process<string, string>(
      context => {
        const windows = context.getStateStore(WINDOWS);
        return async ({ key, value, timestamp }) => {
          windows.put(key, value.n === 5 ? null : value.n, timestamp);
          const found: string[] = [];
          for await (const entry of windows.fetch(key, timestamp - 20, timestamp + 20))
            found.push(`${entry.key}=${entry.value}`);
          for await (const entry of windows.backwardAll()) found.push(`${entry.key.key}@${entry.key.window.start}`);
          context.forward({ key, value: found.join(' '), timestamp });
        };
      },
      { stores: [WINDOWS] },
    ),
  'a processor with sessions': ({ all }) =>
    all.process<string, string>(
      context => {
        const sessions = context.getStateStore(PROCESSED_SESSIONS);
        return async ({ key, value, timestamp }) => {
          let window = { start: timestamp, end: timestamp };
          let sum = value.n;
          for await (const session of sessions.findSessions(key, timestamp - 5, timestamp + 5)) {
            const { start, end } = session.key.window;
            window = { start: Math.min(start, window.start), end: Math.max(end, window.end) };
            sum += session.value;
            sessions.remove(session.key);
          }
          sessions.put({ key, window }, sum);
          context.forward({ key, value: `${window.start}-${window.end} ${sum}`, timestamp });
        };
      },
      { stores: [PROCESSED_SESSIONS] },
    ),
  'a processor with versions': ({ all }) =>
    all.process<string, string>(
      context => {
        const versions = context.getStateStore(VERSIONS);
        return ({ key, value, timestamp }) => {
          const put = versions.put(key, value.n % 4 === 0 ? null : value.n, timestamp);
          const before = versions.get(key, timestamp - 3);
          const now = versions.get(key);
          context.forward({ key, value: `${put} ${before?.value} ${now?.value}@${now?.timestamp}`, timestamp });
        };
      },
      { stores: [VERSIONS] },
    ),
  'processors that share a store': ({ left, right }) => {
    left.process(
      context => {
        const sums = context.getStateStore(SUMS);
        return ({ key, value }) => sums.put(key, value.n);
      },
      { stores: [SUMS] },
    );
    return right.processValues<string>(
      context => {
        const sums = context.getStateStore(SUMS);
        return record => context.forward(record.withValue(`${record.value.n} of ${sums.get(record.key)}`));
      },
      { stores: [SUMS] },
    );
  },
};
