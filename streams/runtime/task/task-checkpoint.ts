import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import { byName, ownValue } from '../../audit/by-name.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeCheckpointOf,
  encodeCheckpoint,
  type InputOffsets,
  type KeptShape,
  type SavedTime,
} from '../../audit/checkpoint.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import type { Logger } from '../../kafka/logger.js';
import type { ConsumerRecord } from '../../kafka/record.js';
import type { ProcessorGraph } from '../compile/processor-graph.js';
import type { TaskContext } from '../processors/task-context.js';
import { checkShapes } from '../state/store-shapes.js';
import type { PartitionGroup } from './partition-group.js';

/** The store of the checkpoint. Its changelog is the audit topic. */
export const CHECKPOINT_STORE = '__audit';

/** The name of the time of punctuations. No store can have it. */
const PUNCTUATIONS = '/punctuations';

export interface InstanceIdentity {
  readonly instance: string;
  /** The address of the process, `host:port`. null if it serves nothing. */
  readonly host: string | null;
}

/** What a task keeps about itself in its checkpoint, with each commit. */
export class TaskCheckpoint {
  readonly #context: TaskContext;
  readonly #graph: ProcessorGraph;
  readonly #inputs: PartitionGroup;
  readonly #store: ByteStore;
  readonly #instance: InstanceIdentity;
  readonly #stores: readonly StoreSpec[];
  #shapes: Readonly<Record<string, KeptShape>>;
  #topicIds: Readonly<Record<string, string>> = {};
  /** By source topic that was created again (`InputOffsets.earlier`). */
  readonly #earlier = new Map<string, number>();

  constructor(options: {
    readonly context: TaskContext;
    readonly graph: ProcessorGraph;
    readonly inputs: PartitionGroup;
    readonly store: ByteStore;
    readonly instance: InstanceIdentity;
    /** The stores of the task. */
    readonly stores: readonly StoreSpec[];
  }) {
    this.#context = options.context;
    this.#graph = options.graph;
    this.#inputs = options.inputs;
    this.#store = options.store;
    this.#instance = options.instance;
    this.#stores = options.stores;
    this.#shapes = shapesOf(options.stores);
  }

  /** As of the last commit; undefined before the first one. */
  get committed(): Checkpoint | undefined {
    const bytes = this.#store.getCommitted(this.#context.taskId);
    return bytes === null ? undefined : decodeCheckpoint(bytes);
  }

  /** As of the last commit, the offset at which an input topic goes on. undefined if it is unknown. */
  next(topic: string): number | undefined {
    const checkpoint = this.committed;
    return ownValue(checkpoint?.offsets, topic)?.next ?? ownValue(checkpoint?.repartitionOffsets, topic);
  }

  /** As of the last commit. undefined if it is unknown. */
  topicId(topic: string): string | undefined {
    return ownValue(this.committed?.topicIds, topic);
  }

  /** By topic that the task reads from now on. */
  set topicIds(ids: Readonly<Record<string, string>>) {
    this.#topicIds = ids;
  }

  /**
   * A source topic is not the topic of the last commit. It is read from `offset` on, and its offsets are counted again
   * from there.
   */
  beginAgain(topic: string, offset: number): void {
    const before = ownValue(this.committed?.offsets, topic);
    const source = this.#inputs.sources.find(queue => queue.topic === topic);
    if (before === undefined || source === undefined) return;
    this.#earlier.set(topic, (before.earlier ?? 0) + before.next - before.begin);
    source.beginAt(offset);
  }

  /**
   * Continues from what was committed. Returns true if the other processes do not know that the task is here. Throws a
   * ChangedStoreError if a store was committed in another shape.
   */
  resume(): boolean {
    const checkpoint = this.committed;
    const moved = this.#instance.host !== null && checkpoint?.host !== this.#instance.host;
    if (checkpoint === undefined) return moved;
    const { counts, streamTime, times, watermarks, offsets, stores } = checkpoint;
    checkShapes(this.#stores, stores);
    this.#shapes = Object.assign(byName(stores), this.#shapes);
    for (const queue of this.#inputs.sources) {
      const { begin, earlier } = ownValue(offsets, queue.topic) ?? {};
      queue.beginAt(begin);
      if (earlier !== undefined) this.#earlier.set(queue.topic, earlier);
    }
    this.#context.resumeCounts(counts);
    this.#graph.taskTime.advance(streamTime);
    for (const { node, watermark } of this.#graph.repartitions) {
      for (const [task, time] of (ownValue(watermarks, node.repartition) ?? []).entries())
        watermark.announce(task, time);
    }
    for (const processor of this.#graph.processors) {
      const saved = processor.timeName === undefined ? undefined : ownValue(times, processor.timeName);
      if (saved !== undefined) processor.resumeTime(saved);
    }
    const punctuations = ownValue(times, PUNCTUATIONS);
    if (punctuations !== undefined) this.#context.punctuations.resumeTime(punctuations);
    return moved;
  }

  /** Writes the present state of the task. It is committed with the next commit. */
  save(): void {
    const times = byName<SavedTime>();
    for (const processor of this.#graph.processors) {
      const saved = processor.saveTime();
      if (saved !== undefined && processor.timeName !== undefined) times[processor.timeName] = saved;
    }
    const punctuations = this.#context.punctuations.saveTime();
    if (punctuations !== undefined) times[PUNCTUATIONS] = punctuations;
    const watermarks = byName<readonly number[]>();
    for (const { node, watermark } of this.#graph.repartitions) {
      watermarks[node.repartition] = watermark.times;
    }
    const offsets = byName<InputOffsets>();
    for (const queue of this.#inputs.sources) {
      const earlier = this.#earlier.get(queue.topic);
      const read = { begin: queue.begin, next: queue.position };
      offsets[queue.topic] = earlier === undefined ? read : { ...read, earlier };
    }
    const repartitionOffsets = byName<number>();
    for (const { topic, position } of this.#inputs.queues) {
      if (offsets[topic] === undefined) repartitionOffsets[topic] = position;
    }
    const { taskId, counts } = this.#context;
    const streamTime = this.#graph.taskTime.time;
    const time = { streamTime, times, watermarks };
    this.#store.put(
      taskId,
      encodeCheckpoint({
        task: taskId,
        ...this.#instance,
        counts,
        offsets,
        repartitionOffsets,
        topicIds: this.#topicIds,
        ...time,
        stores: this.#shapes,
      }),
    );
  }
}

function shapesOf(stores: readonly StoreSpec[]): Readonly<Record<string, KeptShape>> {
  const shapes = byName<KeptShape>();
  for (const { name, kind } of stores) shapes[name] = kind.shape;
  return shapes;
}

/**
 * False, with a warning, for a record under the task's key that is not a checkpoint of the task. Anyone who may
 * write to the topic could have written it. The task continues from the last valid record. A tombstone is not valid
 * either: no task deletes its record.
 */
export function isCheckpointOf(
  task: string,
  { topic, partition, offset, value }: ConsumerRecord,
  logger: Logger,
): boolean {
  try {
    if (value === null) throw new TypeError('it is a tombstone');
    decodeCheckpointOf(task, value);
    return true;
  } catch (error) {
    const place = `${topic}-${partition}@${offset}`;
    logger.warn(`${place} is no checkpoint of task ${task}, which goes on from the one before: ${String(error)}`);
    return false;
  }
}
