import { Stores } from '../../../streams/index.js';
import { sendResults } from './outputs.js';
import { END_KEY, LOOK_BACK_MS, PAGE_PARTITIONS } from './records.js';
import type { OrdersStreams } from './streams.js';

const PAID = Stores.keyValueStore<string, number>({ name: 'paid' });
const SEEN = Stores.windowStore<string, number>({ name: 'seen', retention: 10 * LOOK_BACK_MS, windowSize: 1 });
const HELD = Stores.keyValueStore<string, number>({ name: 'held' });
const NUMBERS = Stores.keyValueStore<string, number>({ name: 'numbers' });

/** Processors with stores of their own. */
export function declareProcessors({ payments, clicks }: OrdersStreams): void {
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

  sendResults(
    'flushed',
    clicks.process<string, number>(
      context => {
        const store = context.getStateStore(HELD);
        context.schedule('1s', 'streamTime', async timestamp => {
          for await (const { key, value } of store.all()) {
            context.forward({ key, value, timestamp });
            store.delete(key);
          }
        });
        return ({ key, value }) => {
          if (!key.startsWith(END_KEY)) store.put(key, (store.get(key) ?? 0) + value.ms);
        };
      },
      { stores: [HELD] },
    ),
  );

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
