import { createHash } from 'node:crypto';
import type { Clock, RefusedRecord } from '../../kafka/ports.js';

/** A topic may be created, and allowed, while the application runs. */
const TOPIC_REFUSED_FOR_MS = 30_000;
const MAX_STRIKES = 10;

/** A record that the cluster would refuse: it was refused before, or one of its topic was. */
export class RecordRefusedError extends Error {
  constructor(topic: string, reason: string) {
    super(`the cluster refuses a record for ${topic}: ${reason}`);
    this.name = 'RecordRefusedError';
  }
}

interface Refusal {
  readonly reason: string;
  /** By number, when it was learned. */
  readonly learned: number;
}

/**
 * What the cluster has refused, learned from a transaction that it made fail. The records are processed again after the abort, and
 * those that would be refused again are found where they are sent: so they can be given to the production handler with the record
 * that they were made of.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #topics = new Map<string, Refusal & { readonly until: number }>();
  /** By topic, then key and value. */
  readonly #records = new Map<string, Map<string, Refusal>>();
  readonly #isolated = new Set<string>();
  /** How often something was learned. */
  #learned = 0;
  /** Something of what was learned last was met again. */
  #hasMet = false;
  #strikes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a transaction, or a flush, failed with. */
  learn(refused: readonly RefusedRecord[]): void {
    if (refused.length === 0) return;
    this.#strikes = this.#hasMet ? 0 : this.#strikes + 1;
    this.#hasMet = false;
    const learned = ++this.#learned;
    const until = this.#clock.monotonic() + TOPIC_REFUSED_FOR_MS;
    for (const { topic, reason, scope } of refused)
      if (scope === 'topic') this.#topics.set(topic, { reason, learned, until });
    const records = new Map<string, RefusedRecord>();
    const several = new Set<string>();
    for (const record of refused) {
      if (record.scope !== 'record') continue;
      // A broker may refuse a whole batch for one of its records, and not say which one.
      if (records.has(record.topic)) several.add(record.topic);
      records.set(record.topic, record);
    }
    for (const [topic, record] of records) {
      if (several.has(topic)) this.#isolated.add(topic);
      else this.#known(topic).set(idOf(record), { reason: record.reason, learned });
    }
  }

  /** Throws a RecordRefusedError if it is known that the cluster refuses the record. */
  check(topic: string, key: Buffer | null, value: Buffer | null): void {
    const refusal = this.#topicRefused(topic) ?? this.#records.get(topic)?.get(idOf({ key, value }));
    if (refusal === undefined) return;
    if (refusal.learned === this.#learned) this.#hasMet = true;
    throw new RecordRefusedError(topic, refusal.reason);
  }

  /** False if there is nothing to check. */
  get any(): boolean {
    return this.#topics.size + this.#records.size + this.#isolated.size > 0;
  }

  /** Each record of such a topic has to be sent, and delivered, by itself: one of several that were refused is not known. */
  isIsolated(topic: string): boolean {
    return this.#isolated.has(topic);
  }

  get isolates(): boolean {
    return this.#isolated.size > 0;
  }

  /** What was learned did not help, several times: the records are others each time they are processed. */
  get exhausted(): boolean {
    return this.#strikes > MAX_STRIKES;
  }

  /** A transaction has passed. */
  committed(): void {
    this.#records.clear();
    this.#isolated.clear();
    this.#strikes = 0;
  }

  /** What was refused is to be sent again. */
  forget(): void {
    this.#topics.clear();
    this.#records.clear();
  }

  #topicRefused(topic: string): Refusal | undefined {
    const refused = this.#topics.get(topic);
    if (refused === undefined || this.#clock.monotonic() < refused.until) return refused;
    this.#topics.delete(topic);
    return undefined;
  }

  #known(topic: string): Map<string, Refusal> {
    const known = this.#records.get(topic) ?? new Map<string, Refusal>();
    this.#records.set(topic, known);
    return known;
  }
}

function idOf({ key, value }: Pick<RefusedRecord, 'key' | 'value'>): string {
  const hash = createHash('sha256');
  for (const part of [key, value]) hash.update(`${part?.length ?? 'null'}:`).update(part ?? '');
  return hash.digest('base64');
}
