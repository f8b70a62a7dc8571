import { Random } from '../../../producer/generator/random.js';
import { partitionFor } from '../../../streams/kafka/partitioner.js';
import type { RawProducerRecord } from '../../broker/raw-producer.js';
import { type InputContent, type InputRecord, keysOfPartitions, type PausedInput } from '../input.js';
import {
  type Click,
  type Customer,
  DISORDER_MS,
  END_KEY,
  GRACE_MS,
  INPUT_TOPICS,
  LONGEST_WINDOW_MS,
  type Order,
  PARTITIONS,
  type Payment,
  TOPICS,
} from './records.js';

const CUSTOMERS = 200;
const PAGES = 20;
const PRODUCTS = 30;
const COUNTRIES = ['France', 'Ghana', 'India', 'Japan', 'Peru'];
/** Changes and payments are of the latest orders. */
const RECENT_ORDERS = 100;
const UNREADABLE_SHARE = 0.003;
const LATE_MS = 2 * 3_600_000;
const LATE_RECORDS = 40;
const FIRST_LATE = 1_000_000_000;
const LATE_OF_PAUSE = 1_000_000;

/** Orders, payments, customers and clicks. Each has a number that no other has. */
export class OrdersContent implements InputContent {
  readonly #random: Random;
  #n = 0;
  #orders = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(time: number): InputRecord {
    const timestamp = time - this.#random.integer(0, DISORDER_MS - 1);
    const record = { ...this.#record(), timestamp };
    if (this.#random.fraction() >= UNREADABLE_SHARE) return record;
    return { ...record, value: Buffer.from(`unreadable ${this.#n}`) };
  }

  /** The same keys with the same time in all topics: what is joined finds each other. */
  end(time: number): readonly InputRecord[] {
    const timestamp = time + 2 * (GRACE_MS + LONGEST_WINDOW_MS);
    const keys = keysOfPartitions(PARTITIONS, END_KEY);
    return keys.flatMap(key => [
      json(TOPICS.orders, key, { n: this.#next(), customer: key, product: key, amount: 0 } satisfies Order, timestamp),
      json(TOPICS.payments, key, { n: this.#next(), amount: 0 } satisfies Payment, timestamp),
      json(TOPICS.clicks, key, { n: this.#next(), page: key, ms: 0 } satisfies Click, timestamp),
    ]);
  }

  #record(): Omit<InputRecord, 'timestamp'> {
    const random = this.#random;
    const n = this.#next();
    const customer = n <= CUSTOMERS ? `c${n}` : `c${random.integer(1, CUSTOMERS + 3)}`;
    const kind = n <= CUSTOMERS ? 0 : random.fraction();
    if (kind < 0.1) {
      const gone = random.fraction() < 0.1;
      const value = { n, country: random.pick(COUNTRIES), points: random.integer(0, 99) } satisfies Customer;
      return { topic: TOPICS.customers, key: customer, value: gone ? null : bytes(value) };
    }
    if (kind < 0.5) {
      const value = { n, page: `p${random.integer(1, PAGES)}`, ms: random.integer(1, 999) } satisfies Click;
      return { topic: TOPICS.clicks, key: customer, value: bytes(value) };
    }
    if (kind < 0.8) {
      const changes = random.fraction();
      const order = changes < 0.8 ? ++this.#orders : this.#recentOrder();
      const product = `x${random.integer(1, PRODUCTS + 3)}`;
      const value = { n, customer, product, amount: random.integer(1, 100) } satisfies Order;
      return { topic: TOPICS.orders, key: `o${order}`, value: changes > 0.95 ? null : bytes(value) };
    }
    const value = { n, amount: random.integer(1, 100) } satisfies Payment;
    return { topic: TOPICS.payments, key: `o${this.#recentOrder()}`, value: bytes(value) };
  }

  #recentOrder(): number {
    return Math.max(1, this.#orders - Math.floor(this.#random.fraction() ** 3 * RECENT_ORDERS));
  }

  #next(): number {
    this.#n++;
    return this.#n;
  }
}

/** The prices of most products: what the global table has before the first process starts. */
export function productRecords(timestamp: number): readonly InputRecord[] {
  return Array.from({ length: PRODUCTS }, (_, index) => json(TOPICS.products, `x${index + 1}`, index + 10, timestamp));
}

/** What nobody can read, and what comes hours late. */
export function hostileOrders(random: Random, { number, time }: PausedInput): ReadonlyMap<string, RawProducerRecord[]> {
  const burst = new Map<string, RawProducerRecord[]>(INPUT_TOPICS.map(topic => [topic, []]));
  const add = (topic: string, key: string | null, value: Buffer | null, timestamp: number): void => {
    const bytesOfKey = key === null ? null : Buffer.from(key);
    const partition = bytesOfKey === null ? random.integer(0, PARTITIONS - 1) : partitionFor(bytesOfKey, PARTITIONS);
    burst.get(topic)?.push({ partition, key: bytesOfKey, value, headers: [], timestamp });
  };
  for (const topic of INPUT_TOPICS) {
    for (const value of [Buffer.alloc(0), Buffer.from([0xff, 0xfe]), Buffer.from('{"n":'), Buffer.from('no JSON')]) {
      add(topic, 'c1', value, time);
      add(topic, null, value, time);
    }
    add(topic, null, Buffer.from('{}'), time);
    add(topic, null, null, time);
  }
  const first = FIRST_LATE + number * LATE_OF_PAUSE;
  for (let late = 0; late < LATE_RECORDS; late++) {
    const timestamp = time - LATE_MS - random.integer(0, LATE_MS);
    const n = first + 4 * late;
    const customer = `c${random.integer(1, CUSTOMERS)}`;
    add(TOPICS.clicks, customer, bytes({ n, page: 'p1', ms: 7 } satisfies Click), timestamp);
    add(TOPICS.customers, customer, bytes({ n: n + 1, country: 'Late', points: 7 } satisfies Customer), timestamp);
    // No late order has a late payment: whether these meet depends on what has expired.
    const order = bytes({ n: n + 2, customer, product: 'x1', amount: 7 } satisfies Order);
    add(TOPICS.orders, `late-order-${n}`, order, timestamp);
    add(TOPICS.payments, `late-payment-${n}`, bytes({ n: n + 3, amount: 7 } satisfies Payment), timestamp);
  }
  return burst;
}

function json(topic: string, key: string, value: unknown, timestamp: number): InputRecord {
  return { topic, key, value: bytes(value), timestamp };
}

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
