import { type Clock, KafkaClientError, type Producer } from '../../kafka/ports.js';
import type { TopicPartition } from '../../kafka/record.js';
import type { Task } from '../task/task.js';
import { END_OF_TIME } from '../time/time.js';

const CHECK_EVERY_MS = 1000;
const CHECK_EVERY_AT_END_MS = 50;

/**
 * Advances the time of silent tasks. If the source partitions of a task are at their end and have been silent for the
 * idle timeout, the task promises that nothing older than the wall clock minus that timeout will come.
 */
export class IdleCheck {
  readonly #producer: Producer;
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #silentSince: number;
  #inputEnded = false;

  /** The producer is asked for the ends of partitions. */
  constructor(producer: Producer, clock: Clock, idleTimeoutMs: number) {
    this.#producer = producer;
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#silentSince = clock.monotonic();
  }

  /** After a new assignment, silence counts from now. */
  reset(): void {
    this.#silentSince = this.#clock.monotonic();
  }

  /** No more input will come: at the end of a partition, its time ends too. */
  endInput(): void {
    this.#inputEnded = true;
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }

  async check(tasks: readonly Task[]): Promise<void> {
    // The clocks are read before the ends are confirmed. If the process is stopped in between, it promises nothing for
    // that time.
    const now = this.#clock.monotonic();
    const promised = this.#clock.now() - this.#idleTimeoutMs;
    if (now - this.#checkedAt < (this.#inputEnded ? CHECK_EVERY_AT_END_MS : CHECK_EVERY_MS)) return;
    this.#checkedAt = now;
    for (const task of tasks) {
      if (!task.isFed || task.hasWork || task.streamTime === END_OF_TIME) continue;
      if (!task.usesTime && !this.#inputEnded) continue;
      const silent = now - Math.max(task.lastRecordAt, this.#silentSince) >= this.#idleTimeoutMs;
      if (!silent && !this.#inputEnded) continue;
      if (!(await this.#atEnd(task))) continue;
      task.advanceTime(this.#inputEnded ? END_OF_TIME : promised);
    }
  }

  /** Infinite if the broker does not answer. Then nothing is promised. */
  async #highWatermark(partition: TopicPartition): Promise<number> {
    try {
      return (await this.#producer.partitionOffsets(partition)).high;
    } catch (error) {
      if (error instanceof KafkaClientError && error.kind !== 'fatal') return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  async #atEnd(task: Task): Promise<boolean> {
    for (const queue of task.inputs.sources) {
      if (queue.end === undefined) return false;
      if (queue.end < (await this.#highWatermark(queue))) return false;
    }
    return true;
  }
}
