import {
  type KeyValueStore,
  type KStream,
  type PunctuationType,
  type StoreBuilder,
  Stores,
  type Windowed,
} from '../../../streams/index.js';
import { sendResults } from './outputs.js';
import {
  type Click,
  END_KEY,
  GAP_MS,
  HISTORY_MS,
  LOOK_BACK_MS,
  PAGE_PARTITIONS,
  RECENT_ENTRIES,
  VERSION_AGE_MS,
} from './records.js';
import type { OrdersStreams } from './streams.js';

const PAID = Stores.keyValueStore<string, number>({ name: 'paid' });
const SEEN = Stores.windowStore<string, number>({ name: 'seen', retention: 10 * LOOK_BACK_MS, windowSize: 1 });
const HELD = Stores.keyValueStore<string, number>({ name: 'held' });
const BEATS = Stores.keyValueStore<string, number>({ name: 'beats' });
const AMOUNTS = Stores.versionedKeyValueStore<string, number>({ name: 'amounts', historyRetention: HISTORY_MS });
const VISITS = Stores.sessionStore<string, number>({ name: 'visits', retention: HISTORY_MS });
const RECENT = Stores.lruMap<string, number>({ name: 'recent', maxEntries: RECENT_ENTRIES });
const NUMBERS = Stores.keyValueStore<string, number>({ name: 'numbers', inMemory: true });

/** Processors with stores of their own. */
export function declareProcessors(streams: OrdersStreams): void {
  const { payments, clicks } = streams;
  declareHistories(streams);
  sendResults(
    'paid',
    payments.process<string, readonly number[]>(
      context => {
        const store = context.getStateStore(PAID);
        return ({ key, value, timestamp }) => {
          const total = (store.get(key) ?? 0) + value.amount;
          store.put(key, total);
          context.forward({ key, value: [value.n, total], timestamp });
        };
      },
      { stores: [PAID] },
    ),
  );

  sendResults(
    'look-back',
    clicks.process<string, readonly number[]>(
      context => {
        const store = context.getStateStore(SEEN);
        return async ({ key, value, timestamp }) => {
          store.put(key, (store.fetch(key, timestamp) ?? 0) + 1, timestamp);
          let seen = 0;
          for await (const { value: count } of store.fetch(key, timestamp - LOOK_BACK_MS, timestamp)) seen += count;
          context.forward({ key, value: [value.n, seen], timestamp });
        };
      },
      { stores: [SEEN] },
    ),
  );

  const withoutEnds = clicks.filter(customer => !customer.startsWith(END_KEY));
  sendResults('flushed', flushed(withoutEnds, HELD, 'streamTime'));
  sendResults('beats', flushed(clicks, BEATS, 'wallClockTime'));

  sendResults(
    'page-numbers',
    clicks
      .selectKey((_customer, { page }) => page)
      .repartition({ name: 'pages', numberOfPartitions: PAGE_PARTITIONS })
      .processValues<number>(
        context => {
          const store = context.getStateStore(NUMBERS);
          return record => {
            const number = (store.get(record.key) ?? 0) + 1;
            store.put(record.key, number);
            context.forward(record.withValue(number));
          };
        },
        { stores: [NUMBERS] },
      ),
  );
}

function declareHistories({ orders, clicks }: OrdersStreams): void {
  sendResults(
    'amount-before',
    orders.process<string, number | null>(
      context => {
        const store = context.getStateStore(AMOUNTS);
        return ({ key, value, timestamp }) => {
          store.put(key, value?.amount ?? null, timestamp);
          context.forward({ key, value: store.get(key, timestamp - VERSION_AGE_MS)?.value ?? null, timestamp });
        };
      },
      { stores: [AMOUNTS] },
    ),
  );

  sendResults(
    'visits',
    clicks.process<string, readonly number[]>(
      context => {
        const store = context.getStateStore(VISITS);
        return async ({ key, value, timestamp }) => {
          let [start, end, size] = [timestamp, timestamp, 1];
          const met: Windowed<string>[] = [];
          for await (const visit of store.findSessions(key, timestamp - GAP_MS, timestamp + GAP_MS)) {
            met.push(visit.key);
            start = Math.min(start, visit.key.window.start);
            end = Math.max(end, visit.key.window.end);
            size += visit.value;
          }
          for (const visit of met) store.remove(visit);
          store.put({ key, window: { start, end } }, size);
          context.forward({ key, value: [value.n, size], timestamp });
        };
      },
      { stores: [VISITS] },
    ),
  );

  sendResults(
    'recent',
    clicks.process<string, readonly number[]>(
      context => {
        const store = context.getStateStore(RECENT);
        return ({ key, value, timestamp }) => {
          const clicksSince = (store.get(key) ?? 0) + 1;
          store.put(key, clicksSince);
          context.forward({ key, value: [value.n, clicksSince], timestamp });
        };
      },
      { stores: [RECENT] },
    ),
  );
}

/** The milliseconds of each customer since they were last sent: every second. */
function flushed(
  clicks: KStream<string, Click>,
  held: StoreBuilder<KeyValueStore<string, number>>,
  clock: PunctuationType,
): KStream<string, number> {
  return clicks.process<string, number>(
    context => {
      const store = context.getStateStore(held);
      context.schedule('1s', clock, async timestamp => {
        for await (const { key, value } of store.all()) {
          context.forward({ key, value, timestamp });
          store.delete(key);
        }
      });
      return ({ key, value }) => store.put(key, (store.get(key) ?? 0) + value.ms);
    },
    { stores: [held] },
  );
}
