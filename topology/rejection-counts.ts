import type { ConsumerRecord } from 'tributary';

const MESSAGE = '__streams.errors.message';
const EXCEPTION = '__streams.errors.exception';
/** Cleaning has about ten reasons. Other errors may have any number of different reasons. */
const MAX_REASONS = 100;
const OTHERS = 'other reasons';

/** Counts the records of the topic `user-rejected`, by reason. */
export class RejectionCounts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(record: ConsumerRecord): void {
    const reason = reasonOf(record);
    const known = this.#counts.has(reason) || this.#counts.size < MAX_REASONS;
    this.#add(known ? reason : OTHERS);
  }

  get total(): number {
    return this.#total;
  }

  /** The most frequent first. */
  get byReason(): readonly (readonly [reason: string, count: number])[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }

  #add(reason: string): void {
    this.#total++;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }
}

/**
 * The reason without the parts that belong to this record only: the text that cleaning refused, and numbers in other
 * errors.
 */
function reasonOf(record: ConsumerRecord): string {
  const message = headerOf(record, MESSAGE) ?? 'without a reason';
  if (headerOf(record, EXCEPTION) === 'RejectedRecord') return message.replace(/: ".*$/s, '');
  return message.replace(/\d+(?:[-:.T]\d+)*Z?/g, 'N');
}

function headerOf({ headers }: ConsumerRecord, name: string): string | undefined {
  // The last one: the user's record may have had a header of that name.
  return headers.findLast(({ key }) => key === name)?.value?.toString();
}
