import { deserializeView } from '../../dsl/serde/serdes.js';
import type { ConsumerRecord, Headers } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';
import { decodePartial } from '../processors/aggregation/partial-aggregate.js';
import { BlockReader } from '../processors/repartition/block.js';
import {
  type EntryKind,
  kindOf,
  partialHeaders,
  TIME_HEADERS,
  unmarked,
} from '../processors/repartition/record-kind.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import { NEVER } from '../time/time.js';
import { decodeWatermark } from '../time/watermark-record.js';
import type { InputStart, TaskInput } from './task-input.js';

const NO_BYTES = Buffer.alloc(0);

/**
 * A partition of a repartition topic: records, partial aggregates, and watermark records of the tasks that write it, in
 * blocks or alone. The position is after a block as soon as it begins, and a commit waits for its last entry.
 */
export class RepartitionedInput implements TaskInput {
  readonly isSource = false;
  readonly queue: RecordQueue;
  readonly #input: RepartitionInput;
  readonly #context: TaskContext;
  /** The block that has begun, and its entries. */
  #block: ConsumerRecord | undefined;
  readonly #entries = new BlockReader();
  /** True if what was passed on last is an entry of a block. */
  #isEntry = false;

  constructor(input: RepartitionInput, queue: RecordQueue, context: TaskContext) {
    this.#input = input;
    this.queue = queue;
    this.#context = context;
  }

  get isInBlock(): boolean {
    return this.#block !== undefined;
  }

  get head(): ConsumerRecord | undefined {
    return this.#block ?? this.queue.peek();
  }

  /** Watermark records and partial aggregates have their own time, so they need not wait for other partitions. */
  headTime(): number | undefined {
    return this.head === undefined ? undefined : Number.NEGATIVE_INFINITY;
  }

  deliver(): number {
    if (this.#block !== undefined) return this.#deliverEntry();
    const record = this.queue.take();
    if (record === undefined) return NEVER;
    this.#isEntry = false;
    const kind = kindOf(record.headers);
    if (kind === 'block') {
      this.#block = record;
      this.#entries.open(record.value ?? NO_BYTES);
      return this.#deliverEntry();
    }
    return this.#receive(kind, record.key, record.value, record.timestamp, unmarked(record.headers));
  }

  /** If an entry is malformed, the rest of the block is left out. */
  #deliverEntry(): number {
    const entries = this.#entries;
    try {
      entries.next();
    } catch (thrown) {
      this.#block = undefined;
      this.#isEntry = false;
      this.#context.failed('deserialization', this.#input.source.name, thrown, null);
      return NEVER;
    }
    this.#isEntry = true;
    if (entries.isAtEnd) this.#block = undefined;
    return this.#receive(entries.kind, entries.key, entries.value, entries.timestamp, entries.headers);
  }

  #receive(
    kind: EntryKind | undefined,
    keyBytes: Buffer | null,
    bytes: Buffer | null,
    timestamp: number,
    headers: Headers,
  ): number {
    const { node, source, watermark, aggregate } = this.#input;
    try {
      if (kind === undefined) throw new Error(`${headers[0]?.key} is no kind of record that this version knows`);
      if (kind === 'time') {
        const { upstreamTask, time } = decodeWatermark(bytes);
        watermark.announce(upstreamTask, time);
        return NEVER;
      }
      const { keySerde, valueSerde } = node;
      const key = keyBytes === null ? null : deserializeView(keySerde, keyBytes);
      if (kind === 'partial') {
        if (aggregate === undefined) throw new Error('a partial aggregate, and no aggregation gets it');
        const partial = decodePartial(bytes, aggregate.store.valueSerde);
        this.#context.punctuations.observe(timestamp);
        source.processorNode.receive(key, partial, timestamp, headers);
        return timestamp;
      }
      const value = bytes === null ? null : deserializeView(valueSerde, bytes);
      this.#context.punctuations.observe(timestamp);
      source.processorNode.receive(key, value, timestamp, headers);
      return timestamp;
    } catch (thrown) {
      this.#context.failed('deserialization', source.name, thrown, null);
      return NEVER;
    }
  }

  /** An entry of a block has the place of the block. */
  delivered(head: ConsumerRecord): ConsumerRecord {
    if (!this.#isEntry) return head;
    const { kind, key, value, timestamp, headers } = this.#entries;
    const marked = kind === 'partial' ? partialHeaders(headers) : kind === 'time' ? TIME_HEADERS : headers;
    return { ...head, key, value, timestamp, headers: marked };
  }

  seek({ offset, committed }: InputStart): void {
    this.queue.seek(offset, committed);
    this.#block = undefined;
  }
}
