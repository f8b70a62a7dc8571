import { Digest } from './digest.js';
import type { InputOptions, InputRecord, ResultsInput, RightResults } from './generated-input.js';
import { GeneratedUser, uniform } from './generated-user.js';

export const ENRICH_TOPICS = ['bench-customers', 'bench-orders'] as const;

/** One record in so many is a customer. */
const RECORDS_OF_CUSTOMER = 11;
const SHARE_OF_STRANGERS = 0.03;
const BEFORE_ORDERS_MS = 60_000;
const SEGMENTS = ['gold', 'silver', 'bronze', 'new'];

/**
 * Customers, and then orders with the keys of customers. The customers are older than all orders, so an order finds its
 * customer. A few orders are of customers that are not in the table: they have no result.
 */
export class EnrichInput implements ResultsInput {
  readonly topics = ENRICH_TOPICS;
  readonly right: RightResults;
  readonly #options: InputOptions;
  readonly #digest = new Digest();

  constructor(options: InputOptions) {
    this.#options = options;
    this.right = { records: options.records, digest: this.#digest };
  }

  *[Symbol.iterator](): Iterator<InputRecord> {
    const { records, seed, start, spanMs } = this.#options;
    const customers = Math.ceil(records / RECORDS_OF_CUSTOMER);
    const orders = records - customers;
    const [customersTopic, ordersTopic] = this.topics;
    const rows: string[] = [];
    for (let number = 0; number < customers; number++) {
      const user = new GeneratedUser(number, seed);
      const segment = SEGMENTS[number % SEGMENTS.length] ?? '';
      // The fields that the results have.
      const row = `"email":"${user.email}","city":${user.country},"segment":"${segment}"`;
      rows.push(row);
      yield {
        topic: customersTopic,
        key: keyOf(number),
        value: `{"customer":"${keyOf(number)}",${row},"ip_address":"${user.ipAddress}","since":"${user.date}"}`,
        timestamp: start - BEFORE_ORDERS_MS + Math.floor((number * BEFORE_ORDERS_MS) / customers),
      };
    }
    const draw = uniform(seed);
    for (let number = 0; number < orders; number++) {
      const customer = draw() < SHARE_OF_STRANGERS ? customers + number : Math.floor(draw() * customers);
      const key = keyOf(customer);
      const timestamp = start + Math.floor((number * spanMs) / orders);
      const order =
        `{"order":"order-${String(number).padStart(9, '0')}","customer":"${key}",` +
        `"sku":"sku-${10_000 + Math.floor(draw() * 90_000)}","quantity":${1 + Math.floor(draw() * 9)},` +
        `"amount":${100 + Math.floor(draw() * 100_000)},"currency":"EUR","channel":"web","placed_at":${timestamp}`;
      const row = rows[customer];
      if (row !== undefined) this.#digest.add(key, `${order},${row}}`);
      yield { topic: ordersTopic, key, value: `${order}}`, timestamp };
    }
  }
}

function keyOf(customer: number): string {
  return `customer-${String(customer).padStart(8, '0')}`;
}
