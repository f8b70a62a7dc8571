import { JoinWindows } from '../../../streams/index.js';
import { sendResults } from './outputs.js';
import { GRACE_MS, JOIN_MS, LOOKUP_GRACE_MS, SELF_JOIN_MS, SHORT_GRACE_MS } from './records.js';
import type { OrdersStreams } from './streams.js';

/** Joins of streams with streams, and with tables. */
export function declareJoins({ orders, payments, clicks, customers, products }: OrdersStreams): void {
  sendResults(
    'lookup',
    clicks.leftJoin(customers, (click, customer) => [click.n, customer?.n ?? null], {
      name: 'lookup',
      gracePeriod: LOOKUP_GRACE_MS,
    }),
  );
  sendResults(
    'global-join',
    orders.join(
      products,
      (_id, { product }) => product,
      (order, price) => [order.n, order.amount * price],
    ),
  );
  sendResults(
    'global-left-join',
    orders.leftJoin(
      products,
      (_id, { product }) => product,
      (order, price) => [order.n, price],
    ),
  );

  const windows = JoinWindows.of({ timeDifference: JOIN_MS, grace: GRACE_MS });
  const numbers = (left: { readonly n: number } | null, right: { readonly n: number } | null) => [
    left?.n ?? null,
    right?.n ?? null,
  ];
  sendResults('join', orders.join(payments, numbers, windows, { as: 'inner' }));
  sendResults('left-join', orders.leftJoin(payments, numbers, windows, { as: 'left' }));
  sendResults('outer-join', orders.outerJoin(payments, numbers, windows, { as: 'outer' }));
  const near = JoinWindows.of({ timeDifference: SELF_JOIN_MS, grace: SHORT_GRACE_MS });
  sendResults('self-join', clicks.join(clicks, numbers, near, { as: 'self' }));
}
