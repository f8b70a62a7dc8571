import { JoinWindows, SessionWindows, StreamsBuilder, type Topology } from 'tributary';

export const SHOP_WORKLOADS = ['enrich', 'match', 'sessions'] as const;

/** The workloads of a shop: a stream with a table, two streams, and sessions. */
export type ShopWorkload = (typeof SHOP_WORKLOADS)[number];

export interface ShopOptions {
  /** The topics of the input. */
  readonly inputs: readonly string[];
  readonly results: string;
  readonly windowMs: number;
}

/** More than the input is out of order. */
export const GRACE_MS = 10_000;

interface Customer {
  readonly email: string;
  readonly city: number;
  readonly segment: string;
}

interface Payment {
  readonly payment: string;
  readonly amount: number;
  readonly paid_at: number;
}

/** The topology of a workload. `ShopTopologies.java` has the same ones. */
export function shopTopology(workload: ShopWorkload, options: ShopOptions): Topology {
  const builder = new StreamsBuilder();
  const [first = '', second = ''] = options.inputs;
  const { results, windowMs } = options;
  switch (workload) {
    case 'enrich': {
      const customers = builder.table<string, Customer>(first, { as: 'customers' });
      builder
        .stream<string, object>(second)
        .join(customers, (order, { email, city, segment }) => withFields(order, { email, city, segment }))
        .to(results);
      break;
    }
    case 'match': {
      const windows = JoinWindows.of({ timeDifference: windowMs, grace: GRACE_MS });
      const payments = builder.stream<string, Payment>(second);
      builder
        .stream<string, object>(first)
        .join(
          payments,
          (order, { payment, amount, paid_at }) => withFields(order, { payment, paid: amount, paid_at }),
          windows,
          { as: 'match' },
        )
        .to(results);
      break;
    }
    case 'sessions':
      builder
        .stream<string, object>(first)
        .groupByKey()
        .windowedBy(SessionWindows.of({ gap: windowMs, grace: GRACE_MS }))
        .count({ as: 'sessions' })
        .toStream()
        .map(({ key: user, window: { start, end } }, clicks) => ({
          key: `${user}@${start}-${end}`,
          value: clicks === null ? null : { user, start, end, clicks },
        }))
        .to(results);
  }
  return builder.build();
}

/** `{ ...order, ...fields }`. On Node 20 the spread of a parsed object costs ten times as much (docs/performance.md). */
function withFields(order: object, fields: object): object {
  return Object.assign({}, order, fields);
}
