import type { Clock } from '../../kafka/ports.js';
import type { ChangelogEnds, TaskChangelog } from './changelog-ends.js';

interface Answer {
  readonly offset: number;
  readonly transaction: number;
}

const ASK_EVERY_MS = 3000;

/**
 * The ends of changelogs, which the broker is asked for from time to time: a delivery report for each record would cost
 * a callback for each. The transaction that was open when an answer came, or an earlier one, has sent everything below
 * that offset. So the answer is valid for the state after that transaction has committed. An old answer only costs
 * replay.
 */
export class ChangelogOffsets {
  readonly #ends: ChangelogEnds;
  readonly #clock: Clock;
  readonly #answers = new Map<string, Map<string, Answer>>();
  readonly #reached = new Map<string, Map<string, number>>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(ends: ChangelogEnds, clock: Clock) {
    this.#ends = ends;
    this.#clock = clock;
  }

  /** Asks in the background, if it is time. `transaction` is the number of the open transaction. */
  ask(changelogs: readonly TaskChangelog[], transaction: () => number): void {
    const now = this.#clock.monotonic();
    if (this.#asking !== undefined || now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    this.#asking = this.#askAll(changelogs, transaction).finally(() => {
      this.#asking = undefined;
    });
  }

  async #askAll(changelogs: readonly TaskChangelog[], transaction: () => number): Promise<void> {
    for (const changelog of changelogs) {
      try {
        const offset = await this.#ends.end(changelog);
        entry(this.#answers, changelog.taskId).set(changelog.store, { offset, transaction: transaction() });
      } catch {
        // Unknown this time. The next answer will do; until then a crash would replay more.
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

  /** Answers from before an abort say nothing about the state. */
  aborted(): void {
    this.#answers.clear();
  }

  /** By store, an offset: the committed state of the task has everything below it. */
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
