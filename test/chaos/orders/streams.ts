import type { GlobalKTable, KStream, KTable, StreamsBuilder } from '../../../streams/index.js';
import { type Click, type Customer, HISTORY_MS, type Order, type Payment, TOPICS } from './records.js';

/** What the operators work on. */
export interface OrdersStreams {
  readonly orders: KStream<string, Order | null>;
  readonly payments: KStream<string, Payment>;
  readonly clicks: KStream<string, Click>;
  /** Versioned. */
  readonly customers: KTable<string, Customer>;
  readonly products: GlobalKTable<string, number>;
}

export function ordersStreams(builder: StreamsBuilder): OrdersStreams {
  const valid = { dropNullKeys: true, dropNullValues: true } as const;
  return {
    orders: builder.stream<string, Order>(TOPICS.orders, { dropNullKeys: true }),
    payments: builder.stream<string, Payment>(TOPICS.payments, valid),
    clicks: builder.stream<string, Click>(TOPICS.clicks, valid),
    customers: builder.table<string, Customer>(TOPICS.customers, { as: 'customers', historyRetention: HISTORY_MS }),
    products: builder.globalTable<string, number>(TOPICS.products),
  };
}
