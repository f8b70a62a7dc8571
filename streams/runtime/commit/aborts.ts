import { setTimeout as delay } from 'node:timers/promises';
import { KafkaClientError, type RefusedRecord } from '../../kafka/ports.js';
import { partitionId } from '../../kafka/record.js';
import { RetryError, StreamsError } from '../errors.js';
import type { RecordQueue } from '../input/record-queue.js';
import { RecordRefusedError, type Refusals } from '../output/refusals.js';

const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 5000;

/** Throws an error after which the tasks can't go back to the last commit. */
export function checkUndoable(error: unknown): asserts error is RetryError | KafkaClientError {
  if (error instanceof RetryError || (error instanceof KafkaClientError && error.kind !== 'fatal')) return;
  throw error;
}

/** The aborted transactions of a worker, until everything that they had processed is committed. */
export class Aborts {
  readonly #refusals: Refusals;
  /** By partition, the position at the abort. Records below it are processed again. */
  readonly #reached = new Map<string, number>();
  #backoffMs = 0;

  constructor(refusals: Refusals) {
    this.#refusals = refusals;
  }

  /**
   * Adds an aborted transaction. `refused` are the records that the cluster refused, if any. Returns the reason, for a
   * person. Throws a StreamsError if no transaction will succeed.
   */
  add(error: RetryError | KafkaClientError, refused: readonly RefusedRecord[], queues: readonly RecordQueue[]): string {
    const reason = refusalReason(refused) ?? error.message;
    this.#refusals.learn(refused);
    if (error instanceof RetryError && error.cause instanceof RecordRefusedError) this.#refusals.forget();
    if (this.#refusals.exhausted) throw new StreamsError(`no transaction passes: ${reason}`, { cause: error });
    for (const queue of queues) {
      const id = partitionId(queue);
      this.#reached.set(id, Math.max(queue.position, this.#reached.get(id) ?? queue.position));
    }
    // A refused record is not sent again. Any other cause may disappear after a while.
    if (refused.length > 0) this.#backoffMs = 0;
    else this.#backoffMs = Math.min(Math.max(FIRST_BACKOFF_MS, 2 * this.#backoffMs), MAX_BACKOFF_MS);
    return reason;
  }

  /** Waits before the next transaction. The wait grows with the number of aborts. */
  async backOff(): Promise<void> {
    if (this.#backoffMs > 0) await delay(this.#backoffMs);
  }

  /**
   * Known refusals are needed until everything is processed again. Other tasks, and parts of this work, may be
   * committed earlier.
   */
  committed(queues: readonly RecordQueue[]): void {
    const isBehind = (queue: RecordQueue): boolean =>
      queue.committedPosition < (this.#reached.get(partitionId(queue)) ?? queue.committedPosition);
    if (queues.some(isBehind)) return;
    this.#reached.clear();
    this.#backoffMs = 0;
    this.#refusals.committed();
  }
}

/** undefined if nothing was refused. */
function refusalReason(refused: readonly RefusedRecord[]): string | undefined {
  const [first] = refused;
  return first === undefined
    ? undefined
    : `the cluster refused ${refused.length} records, the first one for ${first.topic}: ${first.reason}`;
}
