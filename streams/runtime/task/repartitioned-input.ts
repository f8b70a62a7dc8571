import { NO_HEADERS } from '../../kafka/record.js';
import type { RecordQueue } from '../input/record-queue.js';
import { decodePartial } from '../processors/aggregation/partial-aggregate.js';
import { kindOf, unescaped } from '../processors/repartition/record-kind.js';
import type { RepartitionInput } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import { NEVER } from '../time/time.js';
import { decodeWatermark } from '../time/watermark-record.js';
import type { InputStart, TaskInput } from './task-input.js';

/**
 * A partition of a repartition topic: records, partial aggregates, and watermark records of the tasks that write it.
 */
export class RepartitionedInput implements TaskInput {
  readonly isSource = false;
  readonly queue: RecordQueue;
  readonly #input: RepartitionInput;
  readonly #context: TaskContext;

  constructor(input: RepartitionInput, queue: RecordQueue, context: TaskContext) {
    this.#input = input;
    this.queue = queue;
    this.#context = context;
  }

  /** Watermark records and partial aggregates have their own time, so they need not wait for other partitions. */
  headTime(): number | undefined {
    return this.queue.size === 0 ? undefined : Number.NEGATIVE_INFINITY;
  }

  deliver(): number {
    const record = this.queue.take();
    if (record === undefined) return NEVER;
    const { node, source, watermark, aggregate } = this.#input;
    const { timestamp, headers, value: bytes } = record;
    const kind = kindOf(headers);
    try {
      if (kind === 'time') {
        const { upstreamTask, time } = decodeWatermark(bytes);
        watermark.announce(upstreamTask, time);
        return NEVER;
      }
      const key = record.key === null ? null : node.keySerde.deserialize(record.key);
      if (kind === 'partial') {
        if (aggregate === undefined) throw new Error('a partial aggregate, and no aggregation gets it');
        source.receive(key, decodePartial(bytes, aggregate.store.valueSerde), timestamp, NO_HEADERS);
        return timestamp;
      }
      const value = bytes === null ? null : node.valueSerde.deserialize(bytes);
      source.receive(key, value, timestamp, unescaped(headers));
      return timestamp;
    } catch (thrown) {
      this.#context.failed('deserialization', source.name, thrown, null);
      return NEVER;
    }
  }

  seek({ offset, committed }: InputStart): void {
    this.queue.seek(offset, committed);
  }
}
