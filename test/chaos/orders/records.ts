/** The topics of the orders application. Each has as many partitions as the others. */
export const TOPICS = {
  orders: 'orders',
  payments: 'payments',
  customers: 'customers',
  clicks: 'clicks',
  /** Global. */
  products: 'products',
  /** Tables: the last value of each key counts. */
  rows: 'rows',
  /** Each record once. */
  results: 'results',
  lateClicks: 'late-clicks',
  deadLetters: 'dead-letters',
} as const;

/** What the tasks read. */
export const INPUT_TOPICS = [TOPICS.orders, TOPICS.payments, TOPICS.customers, TOPICS.clicks] as const;

export const PARTITIONS = 4;
/** Of a repartition topic with a number of its own. */
export const PAGE_PARTITIONS = 3;

/** By its id. A later one with the same key changes it, null cancels it. */
export interface Order {
  readonly n: number;
  readonly customer: string;
  readonly product: string;
  readonly amount: number;
}

/** By the id of the order. */
export interface Payment {
  readonly n: number;
  readonly amount: number;
}

/** By its id. null: it is no customer any more. */
export interface Customer {
  readonly n: number;
  readonly country: string;
  readonly points: number;
}

/** By the id of the customer. */
export interface Click {
  readonly n: number;
  readonly page: string;
  readonly ms: number;
}

/** What goes to the topic of results. */
export interface Result {
  readonly operator: string;
  readonly result: unknown;
}

/** A record's timestamp is lower than the highest one before it by less than this, milliseconds. */
export const DISORDER_MS = 2000;

/**
 * Milliseconds. What meets in one task from several topics or several tasks may be far apart in time, because one of them may be read
 * long before the other: such operators have the long grace. What comes from one partition is out of order by the disorder of the
 * input only.
 */
export const GRACE_MS = 60_000;
export const SHORT_GRACE_MS = 3000;
export const LOOKUP_GRACE_MS = 15_000;

export const HISTORY_MS = 3_600_000;
/**
 * As in Java, a record that is further behind the time of its join than this comes out alone at once, if it has not met another, and
 * may meet it later. So it is longer than what is behind.
 */
export const JOIN_MS = 10_000;
export const SELF_JOIN_MS = 100;
export const WINDOW_MS = 5000;
export const HOP_MS = 2000;
export const SLIDING_MS = 1000;
export const GAP_MS = 300;
export const LOOK_BACK_MS = 3000;
/** The length of the lists of `topN`. */
export const TOP = 3;
export const VERSION_AGE_MS = 500;
/** Of each partition. There are more customers. */
export const RECENT_ENTRIES = 20;
export const LONGEST_WINDOW_MS = WINDOW_MS;
/** Keys of what closes all windows begin with it. */
export const END_KEY = 'end-';
