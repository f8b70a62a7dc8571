import { type ConsumerRecord, type Headers, NO_HEADERS } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';
import { decodePartial } from '../processors/aggregation/partial-aggregate.js';
import { BlockReader } from '../processors/repartition/block.js';
import {
  type EntryKind,
  kindOf,
  PARTIAL_HEADERS,
  TIME_HEADERS,
  unescaped,
} from '../processors/repartition/record-kind.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import { NEVER } from '../time/time.js';
import { decodeWatermark } from '../time/watermark-record.js';
import type { InputStart, TaskInput } from './task-input.js';

const NO_BYTES = Buffer.alloc(0);

/**
 * A partition of a repartition topic: records, partial aggregates, and watermark records of the tasks that write it, in
 * blocks or alone. A block keeps its place at the head of the queue until its last entry is taken.
 */
export class RepartitionedInput implements TaskInput {
  readonly isSource = false;
  readonly queue: RecordQueue;
  readonly #input: RepartitionInput;
  readonly #context: TaskContext;
  readonly #block = new BlockReader();
  #isInBlock = false;
  /** True if what was delivered last is an entry of a block. */
  #isEntry = false;

  constructor(input: RepartitionInput, queue: RecordQueue, context: TaskContext) {
    this.#input = input;
    this.queue = queue;
    this.#context = context;
  }

  get isInBlock(): boolean {
    return this.#isInBlock;
  }

  /** Watermark records and partial aggregates have their own time, so they need not wait for other partitions. */
  headTime(): number | undefined {
    return this.queue.size === 0 ? undefined : Number.NEGATIVE_INFINITY;
  }

  deliver(): number {
    const head = this.queue.peek();
    if (head === undefined) return NEVER;
    this.#isEntry = false;
    const kind = this.#isInBlock ? 'block' : kindOf(head.headers);
    if (kind === 'block') {
      if (!this.#nextEntry(head)) return NEVER;
      const block = this.#block;
      return this.#receive(block.kind, block.key, block.value, block.timestamp, block.headers);
    }
    this.queue.take();
    return this.#receive(kind, head.key, head.value, head.timestamp, unescaped(head.headers));
  }

  /** Goes to the next entry of the block. Returns false, and leaves out the rest of the block, if it is malformed. */
  #nextEntry(head: ConsumerRecord): boolean {
    const { queue } = this;
    const block = this.#block;
    try {
      if (!this.#isInBlock) {
        block.open(head.value ?? NO_BYTES);
        const done = head.offset === queue.position ? queue.entries : 0;
        for (let entry = 0; entry < done; entry++) block.next();
      }
      block.next();
    } catch (thrown) {
      this.#isInBlock = false;
      queue.take();
      this.#context.failed('deserialization', this.#input.source.name, thrown, null);
      return false;
    }
    this.#isEntry = true;
    this.#isInBlock = !block.isAtEnd;
    if (this.#isInBlock) queue.progress(block.entries);
    else queue.take();
    return true;
  }

  #receive(
    kind: EntryKind,
    keyBytes: Buffer | null,
    bytes: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): number {
    const { node, source, watermark, aggregate } = this.#input;
    try {
      if (kind === 'time') {
        const { upstreamTask, time } = decodeWatermark(bytes);
        watermark.announce(upstreamTask, time);
        return NEVER;
      }
      const key = keyBytes === null ? null : this.#owned(node.keySerde.deserialize(keyBytes), keyBytes);
      if (kind === 'partial') {
        if (aggregate === undefined) throw new Error('a partial aggregate, and no aggregation gets it');
        const partial = decodePartial(this.#owned(bytes, bytes), aggregate.store.valueSerde);
        source.receive(key, partial, timestamp, NO_HEADERS);
        return timestamp;
      }
      const value = bytes === null ? null : this.#owned(node.valueSerde.deserialize(bytes), bytes);
      source.receive(key, value, timestamp, headers);
      return timestamp;
    } catch (thrown) {
      this.#context.failed('deserialization', source.name, thrown, null);
      return NEVER;
    }
  }

  /**
   * A copy, if a serde has given the bytes of an entry themselves. They are a view of the block: kept in a store, they
   * would keep the whole block in memory.
   */
  #owned<T>(part: T, bytes: Buffer | null): T | Buffer {
    return this.#isEntry && part === bytes && bytes !== null ? Buffer.from(bytes) : part;
  }

  /** An entry of a block has the place of the block. */
  delivered(head: ConsumerRecord): ConsumerRecord {
    if (!this.#isEntry) return head;
    const { kind, key, value, timestamp, headers } = this.#block;
    const marked = kind === 'partial' ? PARTIAL_HEADERS : kind === 'time' ? TIME_HEADERS : headers;
    return { ...head, key, value, timestamp, headers: marked };
  }

  seek({ offset, committed, entries }: InputStart): void {
    this.queue.seek(offset, committed, entries);
    this.#isInBlock = false;
  }
}
