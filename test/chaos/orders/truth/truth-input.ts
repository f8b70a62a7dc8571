import type { ConsumerRecord } from '../../../../streams/kafka/record.js';
import { type Click, type Customer, END_KEY, type Order, type Payment, TOPICS } from '../records.js';

/** A record that can be read and has a key. */
export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly timestamp: number;
  readonly partition: number;
  /** Hours behind: no window and no history has it. */
  readonly isLate: boolean;
  /** It closes the windows of others, and nothing closes its own. */
  readonly isEnd: boolean;
}

/** A record that must be in the topic of dead letters. */
export interface Unreadable {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const FAR_BEHIND_MS = 1_800_000;

/** The whole input, in the order of each partition. */
export class TruthInput {
  readonly orders: Entry<Order | null>[] = [];
  readonly payments: Entry<Payment>[] = [];
  readonly customers: Entry<Customer | null>[] = [];
  readonly clicks: Entry<Click>[] = [];
  /** By `topic partition@offset`. */
  readonly unreadable = new Map<string, Unreadable>();
  readonly prices = new Map<string, number>();
  /** The highest timestamp of each partition. */
  readonly #times = new Map<string, number>();
  #produced = 0;

  /** The next record of its partition. */
  add(record: ConsumerRecord): void {
    const { topic, partition, offset, key, value, timestamp } = record;
    this.#produced++;
    let parsed: unknown = null;
    try {
      if (value !== null) parsed = JSON.parse(String(value));
    } catch {
      this.unreadable.set(`${topic} ${partition}@${offset}`, { key, value });
      return;
    }
    if (key === null) return;
    const place = `${topic} ${partition}`;
    const time = Math.max(this.#times.get(place) ?? 0, timestamp);
    this.#times.set(place, time);
    const text = String(key);
    const isLate = timestamp < time - FAR_BEHIND_MS;
    const entry = { key: text, timestamp, partition, isLate, isEnd: text.startsWith(END_KEY) };
    if (topic === TOPICS.orders) this.orders.push({ ...entry, value: parsed as Order | null });
    else if (topic === TOPICS.customers) this.customers.push({ ...entry, value: parsed as Customer | null });
    else if (parsed === null) return;
    else if (topic === TOPICS.payments) this.payments.push({ ...entry, value: parsed as Payment });
    else this.clicks.push({ ...entry, value: parsed as Click });
  }

  addPrice(product: string, price: number): void {
    this.prices.set(product, price);
  }

  /** How many records there are, of whatever kind. */
  get produced(): number {
    return this.#produced;
  }
}

/** The entries of each key, or what `by` makes of them, in their order. */
export function groups<V>(
  entries: readonly Entry<V>[],
  by: (entry: Entry<V>) => string = ({ key }) => key,
): ReadonlyMap<string, readonly Entry<V>[]> {
  const all = new Map<string, Entry<V>[]>();
  for (const entry of entries) {
    const group = all.get(by(entry));
    if (group === undefined) all.set(by(entry), [entry]);
    else group.push(entry);
  }
  return all;
}
