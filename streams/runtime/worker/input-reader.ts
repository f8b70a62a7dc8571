import type { Logger } from '../../kafka/logger.js';
import { type Consumer, KafkaClientError, type PolledBatch } from '../../kafka/ports.js';
import { InputPauses } from '../input/input-pauses.js';
import { PollSize } from '../input/poll-size.js';
import type { RecordQueue } from '../input/record-queue.js';
import type { Task } from '../task/task.js';

const MAX_POLL_RECORDS = 4000;
/** Of the bytes that may be buffered: for records that wait in the queues. */
const WAITING_SHARE = 1 / 2;
/**
 * For one batch. A queue gets up to two of them after it has reached its share and before it is paused, and then two may be there of
 * what is processed at once: the one that was polled and the next one.
 */
const BATCH_SHARE = 1 / 8;
const OFFSET_OUT_OF_RANGE = 1;

/**
 * Brings what the consumer polls into the queues of the tasks. One batch is always being fetched while the one before is processed. It
 * never ceases to poll, since the group counts on that: what must not come is paused.
 */
export class InputReader {
  readonly #consumer: Consumer;
  readonly #logger: Logger;
  /** Where polled records go: by topic, then partition. */
  #queues = new Map<string, (RecordQueue | undefined)[]>();
  #polling: Promise<PolledBatch> | undefined;
  readonly #pauses: InputPauses;
  readonly #pollSize: PollSize;

  /** `maxBytes`: what polled records may take in memory until they are processed. */
  constructor(consumer: Consumer, maxBytes: number, logger: Logger) {
    this.#consumer = consumer;
    this.#logger = logger;
    this.#pauses = new InputPauses(consumer, maxBytes * WAITING_SHARE);
    this.#pollSize = new PollSize(MAX_POLL_RECORDS, maxBytes * BATCH_SHARE);
  }

  /** Takes the next batch. Returns the number of its records. Throws a KafkaClientError if the client went back by itself. */
  async read(): Promise<number> {
    const polling = this.#polling ?? this.#consumer.poll(this.#pollSize.records);
    this.#polling = undefined;
    this.#pauses.resumeDrained();
    const batch = await polling;
    this.#pauses.pauseFull();
    this.#pollSize.polled(batch.records);
    this.#polling = this.#consumer.poll(this.#pollSize.records);
    // A failure is met where it is awaited.
    this.#polling.catch(() => {});
    await this.#take(batch);
    return batch.records.length;
  }

  async #take({ records, ends }: PolledBatch): Promise<void> {
    for (const record of records) {
      const queue = this.#queues.get(record.topic)?.[record.partition];
      if (queue === undefined) continue;
      if (record.offset < queue.fetchPosition) await this.#wentBack(queue, record.offset);
      queue.add(record);
    }
    for (const { topic, partition, offset } of ends) this.#queues.get(topic)?.[partition]?.endAt(offset);
  }

  /**
   * The client begins a partition anew when a broker tells it that there is nothing at its position (`auto.offset.reset`). If that
   * is so, a topic that was made again is read as what it is, as Java does; if not, what comes now has been processed.
   */
  async #wentBack({ topic, partition, fetchPosition }: RecordQueue, offset: number): Promise<void> {
    const { low, high } = await this.#consumer.watermarks({ topic, partition });
    if (fetchPosition >= low && fetchPosition <= high) {
      const message = `${topic}-${partition} came from ${offset} on, where ${fetchPosition} is next`;
      throw new KafkaClientError(message, 'abort', OFFSET_OUT_OF_RANGE);
    }
    this.#logger.warn(
      `${topic}-${partition} has the offsets ${low} to ${high}, and not ${fetchPosition}, which is next: goes on from ${offset}`,
    );
  }

  /** Reads for these tasks, from the positions of their queues, and for no others: after a rebalance, or a return to the last commit. */
  async assign(tasks: readonly Task[]): Promise<void> {
    this.#queues = new Map();
    // What was fetched for the assignment before is of no use any more.
    await this.settle();
    this.#assign(tasks);
  }

  /** The same, with more tasks than before: nothing is lost of what was fetched for the others. */
  async extend(tasks: readonly Task[]): Promise<void> {
    const batch = await this.#polling;
    this.#polling = undefined;
    if (batch !== undefined) await this.#take(batch);
    this.#assign(tasks);
  }

  #assign(tasks: readonly Task[]): void {
    const all = tasks.flatMap(task => task.inputs.queues);
    for (const queue of all) {
      const queues = this.#queues.get(queue.topic) ?? [];
      queues[queue.partition] = queue;
      this.#queues.set(queue.topic, queues);
    }
    this.#consumer.assign(tasks.flatMap(task => task.inputs.fetchPositions));
    this.#pauses.assigned(all);
  }

  /** Everything was revoked. */
  unassign(): void {
    this.#queues = new Map();
    this.#pauses.assigned([]);
    this.#consumer.unassign();
  }

  /** Keeps the group's member alive while something long goes on. Nothing may be assigned meanwhile, so nothing comes. */
  async whilePolling<T>(work: Promise<T>): Promise<T> {
    let working = true;
    const done = work.finally(() => {
      working = false;
    });
    done.catch(() => {});
    await this.settle();
    // Each poll is waited for: one that was left behind would take the first records of the next assignment.
    try {
      while (working) await this.#consumer.poll(1);
    } finally {
      await done.catch(() => {});
    }
    return await done;
  }

  /** Waits for the poll that is under way; what it brings is dropped. */
  async settle(): Promise<void> {
    await this.#polling?.catch(() => {});
    this.#polling = undefined;
  }
}
