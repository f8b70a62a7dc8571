import type { RepartitionNode } from '../../../dsl/graph/node.js';
import type { Serde } from '../../../dsl/serde/serdes.js';
import { partitionFor } from '../../../kafka/partitioner.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { END_OF_TIME, NEVER, type TimeOrigin, type Watermark } from '../../time/time.js';
import { encodeMarker } from '../../time/time-marker.js';
import { Processor } from '../processor.js';
import { serialized } from '../serde-error.js';
import type { TaskContext } from '../task-context.js';
import type { LocalQueue } from './local-queue.js';
import { encodePartial, PartialAggregate } from './partial-aggregate.js';
import { escaped, PARTIAL_HEADERS, TIME_HEADERS } from './record-kind.js';

export interface RepartitionOutput {
  readonly topic: string;
  readonly partitions: number;
  /** Where records of the task's own partition go on; undefined if what reads the topic is another sub-topology. */
  readonly local: { readonly queue: LocalQueue; readonly watermark: Watermark } | undefined;
  /** What the time that it announces is made of. */
  readonly frontier: readonly TimeOrigin[];
  /** Serde of partial aggregates. */
  readonly aggregateSerde: Serde<unknown> | undefined;
}

/**
 * Moves records to the partition of their key: through the topic if that is another one, else within the task. At each
 * commit, behind the records, it announces the task's time.
 */
export class RepartitionProcessor extends Processor {
  readonly #node: RepartitionNode;
  readonly #output: RepartitionOutput;
  readonly #told: number[];
  readonly #drain: (queue: LocalQueue) => void;
  readonly #now: () => number;

  constructor(
    node: RepartitionNode,
    output: RepartitionOutput,
    context: TaskContext,
    drain: (queue: LocalQueue) => void,
    now: () => number,
  ) {
    super(`${node.repartition}-repartition-sink`, context);
    this.#node = node;
    this.#output = output;
    this.#told = new Array<number>(output.partitions).fill(NEVER);
    this.#drain = drain;
    this.#now = now;
  }

  protected override get phase(): 'production' {
    return 'production';
  }

  protected override inputSerdes(value: unknown): InputSerdes {
    if (!(value instanceof PartialAggregate)) return this.#node;
    const { keySerde, valueSerde } = this.#node;
    const { aggregateSerde = valueSerde } = this.#output;
    return { keySerde, valueSerde: { serialize: () => aggregateSerde.serialize(value.aggregate) } };
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    const { topic, partitions, local } = this.#output;
    const keyBytes = serialized(this.#node.keySerde, key, 'keySerde');
    const partition = partitionFor(keyBytes, partitions);
    if (local !== undefined && partition === this.context.partition) {
      local.queue.push({ key, value, timestamp, headers });
      return;
    }
    if (value instanceof PartialAggregate) {
      const bytes = encodePartial(value, this.#output.aggregateSerde ?? this.#node.valueSerde);
      this.context.collector.send(topic, partition, keyBytes, bytes, timestamp, PARTIAL_HEADERS);
      return;
    }
    const valueBytes =
      value === null || value === undefined ? null : serialized(this.#node.valueSerde, value, 'valueSerde');
    this.context.collector.send(topic, partition, keyBytes, valueBytes, timestamp, escaped(headers));
  }

  override flush(): void {
    const { topic, partitions, local, frontier } = this.#output;
    if (local !== undefined) this.#drain(local.queue);
    let time = END_OF_TIME;
    for (const origin of frontier) if (origin.time < time) time = origin.time;
    if (time === NEVER) return;
    const own = this.context.partition;
    local?.watermark.announce(own, time);
    const marker = encodeMarker({ upstreamTask: own, time });
    for (let partition = 0; partition < partitions; partition++) {
      if (local !== undefined && partition === own) continue;
      if ((this.#told[partition] ?? NEVER) >= time) continue;
      this.#told[partition] = time;
      this.context.collector.send(topic, partition, null, marker, this.#now(), TIME_HEADERS);
    }
  }
}
