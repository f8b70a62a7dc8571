import { Digest } from './digest.js';
import type { InputOptions, InputRecord, ResultsInput, RightResults } from './generated-input.js';
import { uniform } from './generated-user.js';

export const MATCH_TOPICS = ['bench-orders', 'bench-payments'] as const;

const SHARE_OF_UNPAID = 0.05;
/** Payments that come after the window of their order. */
const SHARE_OF_OVERDUE = 0.1;
/** Records that are written after records with later timestamps. */
const SHARE_OF_DISORDER = 0.05;
/** Less than the grace of the join. */
const DISORDER_MS = 5_000;

interface Event {
  /** The order in which events are written. */
  readonly at: number;
  readonly record: InputRecord;
}

/**
 * Orders and payments with the numbers of orders as keys. Most payments come within the window of their order. Each such
 * pair is a result.
 */
export class MatchInput implements ResultsInput {
  readonly topics = MATCH_TOPICS;
  readonly right: RightResults;
  readonly #options: InputOptions;
  readonly #digest = new Digest();

  constructor(options: InputOptions) {
    this.#options = options;
    this.right = { records: options.records, digest: this.#digest };
  }

  *[Symbol.iterator](): Iterator<InputRecord> {
    const events = this.#events().sort((a, b) => a.at - b.at);
    for (const { record } of events) yield record;
  }

  #events(): Event[] {
    const { records, seed, start, spanMs, windowMs } = this.#options;
    const [ordersTopic, paymentsTopic] = this.topics;
    const draw = uniform(seed);
    const orders = Math.ceil(records / (2 - SHARE_OF_UNPAID));
    const events: Event[] = [];
    const add = (topic: string, key: string, value: string, timestamp: number): void => {
      const at = timestamp + (draw() < SHARE_OF_DISORDER ? draw() * DISORDER_MS : 0);
      events.push({ at, record: { topic, key, value, timestamp } });
    };
    for (let number = 0; events.length < records; number++) {
      const key = `order-${String(number).padStart(9, '0')}`;
      const orderedAt = start + Math.floor((number * spanMs) / orders);
      const amount = 100 + Math.floor(draw() * 100_000);
      const order =
        `{"order":"${key}","customer":"customer-${String(Math.floor(draw() * 1e8)).padStart(8, '0')}",` +
        `"sku":"sku-${10_000 + Math.floor(draw() * 90_000)}","quantity":${1 + Math.floor(draw() * 9)},` +
        `"amount":${amount},"currency":"EUR","channel":"web","placed_at":${orderedAt}`;
      add(ordersTopic, key, `${order}}`, orderedAt);
      if (events.length === records || draw() < SHARE_OF_UNPAID) continue;
      const isOverdue = draw() < SHARE_OF_OVERDUE;
      const paidAt = orderedAt + Math.floor(windowMs * (isOverdue ? 1.1 + draw() : draw()));
      const payment = `payment-${String(number).padStart(9, '0')}`;
      const value =
        `{"payment":"${payment}","order":"${key}","amount":${amount},"currency":"EUR",` +
        `"method":"card","card":"${1_000 + Math.floor(draw() * 9_000)}","bank":"First Savings Bank","paid_at":${paidAt}}`;
      add(paymentsTopic, key, value, paidAt);
      if (!isOverdue) this.#digest.add(key, `${order},"payment":"${payment}","paid":${amount},"paid_at":${paidAt}}`);
    }
    return events;
  }
}
