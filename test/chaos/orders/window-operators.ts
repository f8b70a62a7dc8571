import { SessionWindows, SlidingWindows, Suppressed, TimeWindows } from '../../../streams/index.js';
import { sendFinal, sendResults, sendRows, sendWindows } from './outputs.js';
import { GAP_MS, GRACE_MS, HISTORY_MS, HOP_MS, SHORT_GRACE_MS, SLIDING_MS, TOPICS, WINDOW_MS } from './records.js';
import type { OrdersStreams } from './streams.js';

const TUMBLING = TimeWindows.of({ size: WINDOW_MS, grace: SHORT_GRACE_MS });
const CLOSING = TimeWindows.of({ size: WINDOW_MS, grace: GRACE_MS, closeOnIdle: true });
const HOPPING = TimeWindows.of({ size: WINDOW_MS, advanceBy: HOP_MS, grace: GRACE_MS });
const SLIDING = SlidingWindows.of({ timeDifference: SLIDING_MS, grace: SHORT_GRACE_MS });
const SESSIONS = SessionWindows.of({ gap: GAP_MS, grace: SHORT_GRACE_MS });

/** Aggregations by window. */
export function declareWindows({ clicks }: OrdersStreams): void {
  const byCustomer = clicks.groupByKey();
  const byPage = clicks.groupBy((_customer, { page }) => page, { name: 'by-page' });
  const milliseconds = {
    initializer: () => 0,
    aggregator: (_key: string, { ms }: { readonly ms: number }, sum: number) => sum + ms,
  };

  const tumbling = byCustomer.windowedBy(TUMBLING).lateTo(TOPICS.lateClicks).count({ as: 'tumbling' });
  sendWindows('tumbling', tumbling);
  sendFinal('suppressed', tumbling.suppress(Suppressed.untilWindowCloses(), { name: 'suppressed' }));
  sendWindows('hopping', byPage.windowedBy(HOPPING).aggregate(milliseconds, { as: 'hopping' }));
  sendFinal('closing', byPage.windowedBy(CLOSING).emitStrategy('onWindowClose').count({ as: 'closing' }));
  sendWindows('sliding', byCustomer.windowedBy(SLIDING).count({ as: 'sliding' }));
  sendWindows('sessions', byCustomer.windowedBy(SESSIONS).lateTo(TOPICS.lateClicks).count({ as: 'sessions' }));
  const whole = { ...milliseconds, merger: (_key: string, a: number, b: number) => a + b };
  sendFinal(
    'closing-sessions',
    byCustomer
      .windowedBy(SESSIONS)
      .emitStrategy('onWindowClose')
      .aggregate(whole, { as: 'closing-sessions', retention: HISTORY_MS }),
  );
  sendResults(
    'distinct',
    byCustomer
      .windowedBy(TUMBLING)
      .distinct({ as: 'distinct' })
      .mapValues(({ n }) => n),
  );
  sendWindows(
    'count-distinct',
    byCustomer.windowedBy(CLOSING).countDistinct((_customer, { page }) => page, { as: 'count-distinct' }),
  );
}

/** Aggregations of several streams. */
export function declareCogroups({ orders, clicks }: OrdersStreams): void {
  const byCustomer = orders
    .filter((_id, order) => order !== null)
    .groupBy((_id, order) => order?.customer ?? null, { name: 'by-customer' });
  const cogroup = clicks
    .groupByKey()
    .cogroup<number>((_customer, { ms }, sum) => sum + ms)
    .cogroup(byCustomer, (_customer, order, sum) => sum + 1000 * (order?.amount ?? 0));
  sendRows('cogroup', cogroup.aggregate(() => 0, { as: 'cogroup' }).toStream());
  sendWindows(
    'windowed-cogroup',
    cogroup.windowedBy(CLOSING).aggregate(() => 0, {
      as: 'windowed-cogroup',
      // Rows expire by the time of the group that is ahead: the orders may still be on their way to another task.
      retention: HISTORY_MS,
    }),
  );
}
