import { setImmediate as immediate } from 'node:timers/promises';
import { KafkaClientError, type RefusedRecord } from './ports.js';

/** The delivery report of a record that was not delivered. */
export interface FailedDelivery {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** node-rdkafka's reports have librdkafka's texts, without its codes. */
const REFUSES: ReadonlyMap<string, RefusedRecord['scope']> = new Map([
  ['invalid topic', 'topic'],
  ['unknown topic', 'topic'],
  ['unknown topic or partition', 'topic'],
  ['topic authorization failed', 'topic'],
  ['unknown partition', 'topic'],
  ['message size too large', 'record'],
  ['message batch larger than configured server segment size', 'record'],
  ['broker failed to validate record', 'record'],
  ['invalid timestamp', 'record'],
  ['policy violation', 'record'],
]);
/** The transaction was aborted before these records were sent. */
const PURGED = /^purged in (queue|flight)$/;
const DELIVERY_FAILED = -149;

/** The records that a client could not deliver, by its delivery reports. */
export class DeliveryFailures {
  #failed = 0;
  #first: string | undefined;
  #refused: RefusedRecord[] = [];

  add(message: string, { topic, key, value }: FailedDelivery): void {
    // A call that fails at once names the origin of its error, a report does not.
    const reason = message.replace(/^(Broker|Local): /, '').toLowerCase();
    if (PURGED.test(reason)) return;
    this.#failed++;
    this.#first ??= `${topic}: ${reason}`;
    const scope = REFUSES.get(reason);
    if (scope !== undefined) this.#refused.push({ topic, key, value, scope, reason });
  }

  takeRefused(): readonly RefusedRecord[] {
    const refused = this.#refused;
    this.#refused = [];
    return refused;
  }

  /**
   * Waits for the reports of records that the client has given up by now. They arrive in the event loop, not with the
   * call.
   */
  async settled(): Promise<void> {
    await immediate();
    await immediate();
  }

  /** Throws if a record was not delivered since the last call. */
  check(): void {
    const failed = this.#failed;
    const first = this.#first;
    this.forget();
    if (failed > 0)
      throw new KafkaClientError(`flush: ${failed} not delivered, the first to ${first}`, 'abort', DELIVERY_FAILED);
  }

  /** The failures belong to a transaction that is aborted. */
  forget(): void {
    this.#failed = 0;
    this.#first = undefined;
  }
}
