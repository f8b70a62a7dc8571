import type { Logger } from '../../kafka/logger.js';
import { type Consumer, KafkaClientError, type PolledBatch } from '../../kafka/ports.js';
import { InputPauses } from '../input/input-pauses.js';
import { PollSize } from '../input/poll-size.js';
import type { RecordQueue } from '../input/record-queue.js';
import { MAX_BLOCK_BYTES } from '../processors/repartition/block.js';
import type { Task } from '../task/task.js';

/**
 * What is polled lives until it is processed, so V8 copies it in each collection of its young generation. With polls of
 * 4000 records the users workload takes 50 MB more, and V8 copies twice as much (measured). Smaller polls than this one
 * cost more calls than they save.
 */
const MAX_POLL_RECORDS = 1000;
/** The share of the buffer's bytes for records that wait in queues. */
const WAITING_SHARE = 1 / 2;
/**
 * The share for one batch. A queue gets up to two batches after it has reached its share and before it is paused. Two
 * more may be in memory while their records are processed: the batch that was polled, and the next one.
 */
const BATCH_SHARE = 1 / 8;
const OFFSET_OUT_OF_RANGE = 1;

/**
 * Brings polled records into the queues of the tasks. One batch is always fetched while the previous one is processed.
 * It never stops polling, because the group requires it. Partitions that must wait are paused.
 */
export class InputReader {
  readonly #consumer: Consumer;
  readonly #logger: Logger;
  /** The queue of a polled record: by topic, then by partition. */
  #queues = new Map<string, (RecordQueue | undefined)[]>();
  #polling: Promise<PolledBatch> | undefined;
  readonly #pauses: InputPauses;
  readonly #pollSize: PollSize;

  /**
   * `maxBytes`: the memory that polled records may take until they are processed. `hasBlocks`: some of its topics have
   * blocks.
   */
  constructor(consumer: Consumer, maxBytes: number, hasBlocks: boolean, logger: Logger) {
    this.#consumer = consumer;
    this.#logger = logger;
    this.#pauses = new InputPauses(consumer, maxBytes * WAITING_SHARE);
    this.#pollSize = new PollSize(MAX_POLL_RECORDS, maxBytes * BATCH_SHARE, hasBlocks ? MAX_BLOCK_BYTES : 0);
  }

  /**
   * Takes the next batch, or none if `woken` resolves before it arrives. Returns the number of its records. Throws a
   * KafkaClientError if the client went back by itself.
   */
  async read(woken?: Promise<void>): Promise<number> {
    const polling = this.#polling ?? this.#poll();
    this.#polling = woken && polling;
    this.#pauses.resumeDrained();
    const batch = await (woken === undefined ? polling : Promise.race([polling, woken]));
    if (batch === undefined) return 0;
    this.#pauses.pauseFull();
    this.#pollSize.polled(batch.records);
    this.#polling = this.#poll();
    await this.#take(batch);
    return batch.records.length;
  }

  #poll(): Promise<PolledBatch> {
    const polling = this.#consumer.poll(this.#pollSize.records);
    // A rejection surfaces at the await.
    polling.catch(() => {});
    return polling;
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
   * The client goes back when a broker reports that it has nothing at the client's position (`auto.offset.reset`). If
   * that is true, the topic was created again, and is read as what it is, as Java does. If not, the records that come
   * now have been processed already.
   */
  async #wentBack({ topic, partition, fetchPosition }: RecordQueue, offset: number): Promise<void> {
    const { low, high } = await this.#consumer.partitionOffsets({ topic, partition });
    if (fetchPosition >= low && fetchPosition <= high) {
      const message = `${topic}-${partition} came from ${offset} on, where ${fetchPosition} is next`;
      throw new KafkaClientError(message, 'abort', OFFSET_OUT_OF_RANGE);
    }
    this.#logger.warn(
      `${topic}-${partition} has the offsets ${low} to ${high}, and not ${fetchPosition}, which is next: goes on from ${offset}`,
    );
  }

  /**
   * Reads for these tasks only, from the positions of their queues: after a rebalance, or after a return to the last
   * commit.
   */
  async assign(tasks: readonly Task[]): Promise<void> {
    this.#queues = new Map();
    // Records that were fetched for the previous assignment are useless.
    await this.settle();
    this.#assign(tasks);
  }

  /** Reads for more tasks than before. Records that were fetched for the other tasks are kept. */
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

  /** Keeps the group's member alive during long work. Nothing may be assigned meanwhile, so no records come. */
  async whilePolling<T>(work: Promise<T>): Promise<T> {
    let working = true;
    const done = work.finally(() => {
      working = false;
    });
    done.catch(() => {});
    await this.settle();
    // Each poll is awaited: a poll that is left in flight would take the first records of the next assignment.
    try {
      while (working) await this.#consumer.poll(1);
    } finally {
      await done.catch(() => {});
    }
    return await done;
  }

  /** Waits for the poll in flight, and drops its records. */
  async settle(): Promise<void> {
    await this.#polling?.catch(() => {});
    this.#polling = undefined;
  }
}
