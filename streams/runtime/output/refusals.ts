import { createHash } from 'node:crypto';
import type { Clock, RefusedRecord } from '../../kafka/ports.js';

/** A topic may be created, or allowed, while the application runs. So a refusal expires. */
const TOPIC_REFUSED_FOR_MS = 30_000;
const MAX_STRIKES = 10;

/** The cluster would refuse this record: it refused the record, or one of its topic, before. */
export class RecordRefusedError extends Error {
  constructor(topic: string, reason: string) {
    super(`the cluster refuses a record for ${topic}: ${reason}`);
    this.name = 'RecordRefusedError';
  }
}

interface Refusal {
  readonly reason: string;
  /** Number of the failed transaction that it was learned from. */
  readonly learned: number;
}

/**
 * What the cluster has refused, learned from failed transactions. After the abort the records are processed again. The
 * ones that would be refused again are recognized where they are sent. So the production handler gets them with their
 * source record.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #topics = new Map<string, Refusal & { readonly until: number }>();
  /** By topic, then by key and value. */
  readonly #records = new Map<string, Map<string, Refusal>>();
  readonly #isolated = new Set<string>();
  /** By topic of blocks, until when its records are not packed. */
  readonly #unpackedUntil = new Map<string, number>();
  /** Counts the refused transactions. */
  #learned = 0;
  /** True if a refusal that was learned last has been recognized again. */
  #hasMet = false;
  #strikes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records of the topic are packed into blocks, unless it must be unpacked. */
  packs(topic: string): void {
    if (!this.#unpackedUntil.has(topic)) this.#unpackedUntil.set(topic, 0);
  }

  /** Learns from the records for which a transaction, or a flush, has failed. */
  learn(refused: readonly RefusedRecord[]): void {
    if (refused.length === 0) return;
    this.#strikes = this.#hasMet ? 0 : this.#strikes + 1;
    this.#hasMet = false;
    const learned = ++this.#learned;
    const until = this.#clock.monotonic() + TOPIC_REFUSED_FOR_MS;
    // A refused block says nothing of its records. They are refused again when each of them is sent alone.
    const blocks = new Set(refused.map(({ topic }) => topic).filter(topic => this.#isPacked(topic)));
    for (const { topic, reason, scope } of refused) {
      if (this.#unpackedUntil.has(topic)) this.#unpackedUntil.set(topic, until);
      if (scope === 'topic') this.#topics.set(topic, { reason, learned, until });
    }
    const records = new Map<string, RefusedRecord>();
    const several = new Set<string>();
    for (const record of refused) {
      if (record.scope !== 'record' || blocks.has(record.topic)) continue;
      // A broker may refuse a whole batch for one of its records, and not say which one.
      if (records.has(record.topic)) several.add(record.topic);
      records.set(record.topic, record);
    }
    for (const [topic, record] of records) {
      if (several.has(topic)) this.#isolated.add(topic);
      else this.#known(topic).set(idOf(record), { reason: record.reason, learned });
    }
  }

  /** Throws a RecordRefusedError if the cluster is known to refuse the record. */
  check(topic: string, key: Buffer | null, value: Buffer | null): void {
    const refusal = this.#topicRefused(topic) ?? this.#records.get(topic)?.get(idOf({ key, value }));
    if (refusal === undefined) return;
    if (refusal.learned === this.#learned) this.#hasMet = true;
    throw new RecordRefusedError(topic, refusal.reason);
  }

  /** False if no check is needed. */
  get any(): boolean {
    return this.#topics.size + this.#records.size + this.#isolated.size > 0;
  }

  /**
   * True if each record of the topic must be sent alone: a refusal must be that of one record. It stays so for a while
   * after the refused records are dealt with. A broker that refuses blocks for their size would refuse the next one
   * too.
   */
  mustUnpack(topic: string): boolean {
    return this.#unpackedUntil.has(topic) && !this.#isPacked(topic);
  }

  #isPacked(topic: string): boolean {
    const until = this.#unpackedUntil.get(topic);
    return until !== undefined && (until === 0 || (this.#clock.monotonic() >= until && !this.#isKnown(topic)));
  }

  /**
   * True if each record of the topic must be sent and delivered by itself: it is unknown which of several records was
   * refused.
   */
  isIsolated(topic: string): boolean {
    return this.#isolated.has(topic);
  }

  get isolates(): boolean {
    return this.#isolated.size > 0;
  }

  /** True if several refusals in a row did not help, because the records are different each time they are processed. */
  get exhausted(): boolean {
    return this.#strikes > MAX_STRIKES;
  }

  /** A transaction has succeeded. */
  committed(): void {
    this.#records.clear();
    this.#isolated.clear();
    this.#strikes = 0;
  }

  /** Refused records are to be sent again. */
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

  #isKnown(topic: string): boolean {
    return this.#topics.has(topic) || this.#records.has(topic) || this.#isolated.has(topic);
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
