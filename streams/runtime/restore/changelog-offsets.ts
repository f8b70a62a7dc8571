import type { Clock, Producer } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';

export interface TrackedChangelog extends TopicPartition {
  readonly taskId: string;
  readonly store: string;
}

interface Answer {
  readonly offset: number;
  readonly transaction: number;
}

const ASK_EVERY_MS = 3000;

/**
 * How far the changelogs reach, asked of the broker now and then: a delivery report for each record would cost a
 * callback for each. What lies below an answer was sent by the transaction that was open when it came, or before; so
 * the answer holds for the state once that transaction has committed. That it lags only costs replay.
 */
export class ChangelogOffsets {
  readonly #producer: Producer;
  readonly #clock: Clock;
  readonly #answers = new Map<string, Map<string, Answer>>();
  readonly #reached = new Map<string, Map<string, number>>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(producer: Producer, clock: Clock) {
    this.#producer = producer;
    this.#clock = clock;
  }

  /** Asks in the background, if it is time. `transaction` numbers the one that is open when an answer comes. */
  ask(changelogs: readonly TrackedChangelog[], transaction: () => number): void {
    const now = this.#clock.monotonic();
    if (this.#asking !== undefined || now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    this.#asking = this.#askAll(changelogs, transaction).finally(() => {
      this.#asking = undefined;
    });
  }

  async #askAll(changelogs: readonly TrackedChangelog[], transaction: () => number): Promise<void> {
    for (const changelog of changelogs) {
      try {
        const { high } = await this.#producer.watermarks(changelog);
        entry(this.#answers, changelog.taskId).set(changelog.store, { offset: high, transaction: transaction() });
      } catch {
        // Not known this time: the next answer will do, and until then more would be replayed.
        return;
      }
    }
  }

  /** Transactions up to this one have committed. */
  committed(transaction: number): void {
    for (const [taskId, stores] of this.#answers) {
      for (const [store, answer] of stores) {
        if (answer.transaction > transaction) continue;
        entry(this.#reached, taskId).set(store, answer.offset);
        stores.delete(store);
      }
    }
  }

  /** Answers that came before an abort say nothing about the state any more. */
  aborted(): void {
    this.#answers.clear();
  }

  /** By store: the committed state of the task has everything below these offsets. */
  of(taskId: string): ReadonlyMap<string, number> {
    return this.#reached.get(taskId) ?? new Map();
  }

  forget(taskId: string): void {
    this.#answers.delete(taskId);
    this.#reached.delete(taskId);
  }
}

function entry<V>(map: Map<string, Map<string, V>>, taskId: string): Map<string, V> {
  const known = map.get(taskId);
  if (known !== undefined) return known;
  const created = new Map<string, V>();
  map.set(taskId, created);
  return created;
}
