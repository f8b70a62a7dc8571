import type { Writes } from '../../stores/byte-store.js';
import { encodeBlocks } from '../../stores/changelog-block.js';
import { stateKeyBytes } from '../../stores/state-database.js';
import type { TaskState } from '../../stores/task-state.js';
import type { SourceNode } from '../dsl/node.js';
import { recordTimestamp } from '../dsl/timestamp-extractor.js';
import type { ConsumerRecord, TopicPartition, TopicPartitionOffset } from '../kafka/record.js';
import { NO_HEADERS } from '../kafka/record.js';
import { decodeAudit, encodeAudit } from './audit-record.js';
import type { LocalQueue } from './local-queue.js';
import { buildProcessorGraph, type ProcessorGraph, type RepartitionInput } from './processor-graph.js';
import { decodePartial, isPartial } from './processors/partial-aggregate.js';
import type { Processor } from './processors/processor.js';
import type { RecordCollector } from './record-collector.js';
import { RecordQueue } from './record-queue.js';
import { type ErrorHandlers, TaskContext } from './task-context.js';
import type { TaskCounts } from './task-counts.js';
import type { PlannedSubTopology } from './task-plan.js';
import { NEVER } from './time.js';
import { decodeMarker, isMarker } from './time-marker.js';

/** The store of the audit record. Its changelog is the audit topic. */
export const AUDIT_STORE = '__audit';

export interface TaskOptions {
  readonly plan: PlannedSubTopology;
  readonly partition: number;
  readonly state: TaskState;
  readonly collector: RecordCollector;
  readonly handlers: ErrorHandlers;
  readonly caching: boolean;
  readonly auditTopic: string;
  readonly now: () => number;
}

/** An input partition: a source topic of the topology, or a repartition topic. */
type Input =
  | {
      readonly kind: 'source';
      readonly queue: RecordQueue;
      readonly node: SourceNode;
      readonly processor: Processor;
      time: number;
    }
  | { readonly kind: 'repartition'; readonly queue: RecordQueue; readonly from: RepartitionInput };

/** One partition of a sub-topology at work: its processors, its state and its place in the input. Synchronous throughout. */
export class Task {
  readonly id: string;
  readonly partition: number;
  readonly state: TaskState;
  readonly #plan: PlannedSubTopology;
  readonly #context: TaskContext;
  readonly #graph: ProcessorGraph;
  readonly #inputs: readonly Input[];
  readonly #localQueues: readonly LocalQueue[];
  readonly #collector: RecordCollector;
  readonly #auditTopic: string;
  readonly #now: () => number;
  #dirty = false;
  #lastRecordAt: number;

  constructor(options: TaskOptions) {
    const { plan, partition, state, collector, handlers, caching, auditTopic, now } = options;
    this.id = taskId(plan, partition);
    this.partition = partition;
    this.state = state;
    this.#plan = plan;
    this.#collector = collector;
    this.#auditTopic = auditTopic;
    this.#now = now;
    this.#lastRecordAt = now();
    this.#context = new TaskContext(this.id, partition, collector, handlers);
    const drain = (input: RepartitionInput): void => this.#drain([input.queue], [input]);
    this.#graph = buildProcessorGraph(plan, state, this.#context, { caching, now, drain });
    this.#localQueues = this.#graph.repartitions.map(({ queue }) => queue);
    this.#inputs = [...this.#sourceInputs(), ...this.#repartitionInputs()];
  }

  /** Reads what operators keep, from the restored state. To be awaited before the first record. */
  async init(): Promise<void> {
    const bytes = this.state.store(AUDIT_STORE).get(this.id);
    if (bytes !== null) {
      const { counts, streamTime, times, watermarks } = decodeAudit(bytes);
      this.#context.resumeCounts(counts);
      this.#graph.taskTime.advance(streamTime);
      for (const { planned, watermark } of this.#graph.repartitions) {
        for (const [task, time] of (watermarks[planned.node.repartition] ?? []).entries())
          watermark.announce(task, time);
      }
      for (const processor of this.#graph.processors) {
        const saved = times[processor.name];
        if (saved !== undefined) processor.resumeTime(saved);
      }
    }
    for (const processor of this.#graph.processors) await processor.init();
  }

  get inputs(): readonly TopicPartition[] {
    return this.#inputs.map(({ queue }) => ({ topic: queue.topic, partition: queue.partition }));
  }

  get positions(): readonly TopicPartitionOffset[] {
    return this.#inputs.map(({ queue: { topic, partition, position } }) => ({ topic, partition, offset: position }));
  }

  get counts(): TaskCounts {
    return this.#context.counts;
  }

  get streamTime(): number {
    return this.#graph.taskTime.time;
  }

  /** When the last record of a source topic came in, by the wall clock. */
  get lastRecordAt(): number {
    return this.#lastRecordAt;
  }

  /** True if anything goes by the task's time when no record comes: windows that close on idle, or tasks downstream. */
  get usesTime(): boolean {
    return this.#plan.writes.length > 0 || this.#plan.subTopology.nodes.some(closesOnIdle);
  }

  /** The lowest time by which operators of this task go: END_OF_TIME when all input has ended, upstream too. */
  get lowestTime(): number {
    const times = this.#graph.repartitions.map(({ watermark }) => watermark.time);
    if (this.#plan.sources.length > 0) times.push(this.#graph.taskTime.time);
    return Math.min(...times);
  }

  get isFed(): boolean {
    return this.#plan.sources.length > 0;
  }

  get buffered(): number {
    let size = 0;
    for (const { queue } of this.#inputs) size += queue.size;
    return size;
  }

  /** Input partitions of source topics. */
  get sourceQueues(): readonly RecordQueue[] {
    return this.#inputs.filter(({ kind }) => kind === 'source').map(({ queue }) => queue);
  }

  get queues(): readonly RecordQueue[] {
    return this.#inputs.map(({ queue }) => queue);
  }

  /** Starts from these offsets; what was polled before is forgotten. */
  seek(offsets: ReadonlyMap<string, number>): void {
    for (const { queue } of this.#inputs) queue.seek(offsets.get(queue.topic) ?? -1);
  }

  /**
   * Processes up to `max` records, the oldest head of the input partitions first. A task with several source partitions
   * waits for one of which nothing is polled and the end is not met: there is data on the broker (KIP-695).
   */
  process(max: number): number {
    let processed = 0;
    let fed = false;
    while (processed < max) {
      const input = this.#next();
      if (input === undefined) break;
      if (input.kind === 'source') fed = true;
      this.#processRecord(input);
      processed++;
    }
    // Not what other tasks send: their markers never cease, and the sources of this one may be silent all the same.
    if (fed) this.#lastRecordAt = this.#now();
    return processed;
  }

  #next(): Input | undefined {
    let next: Input | undefined;
    let least = Number.POSITIVE_INFINITY;
    let sources = 0;
    let waiting = false;
    for (const input of this.#inputs) {
      if (input.kind === 'source') sources++;
      const head = input.queue.peek();
      if (head === undefined) {
        if (input.kind === 'source' && input.queue.end === undefined) waiting = true;
        continue;
      }
      // Markers and partial aggregates carry their own time: no need to hold them back for other partitions.
      const timestamp = input.kind === 'repartition' ? Number.NEGATIVE_INFINITY : this.#headTimestamp(input, head);
      if (next === undefined || timestamp < least) {
        next = input;
        least = timestamp;
      }
    }
    return next?.kind === 'source' && sources > 1 && waiting ? undefined : next;
  }

  #headTimestamp(input: Input & { kind: 'source' }, head: ConsumerRecord): number {
    const { node } = input;
    if (node.timestampExtractor === recordTimestamp) return head.timestamp;
    try {
      return node.timestampExtractor(
        head,
        head.value === null ? null : node.valueSerde.deserialize(head.value),
        input.time,
      );
    } catch {
      // It can't be placed in time: it goes next, and the error is met again where it is handled.
      return Number.NEGATIVE_INFINITY;
    }
  }

  #processRecord(input: Input): void {
    const record = input.queue.take();
    if (record === undefined) return;
    this.#dirty = true;
    this.#context.begin(record);
    if (input.kind === 'source') this.#processSource(input, record);
    else this.#processRepartitioned(input.from, record);
    this.#drain(this.#localQueues, this.#graph.repartitions);
    this.#context.end();
  }

  #processSource(input: Input & { kind: 'source' }, record: ConsumerRecord): void {
    const { node, processor } = input;
    const { counts } = this.#context;
    counts.in[record.topic] = (counts.in[record.topic] ?? 0) + 1;
    let key: unknown;
    let value: unknown;
    try {
      key = record.key === null ? null : node.keySerde.deserialize(record.key);
      value = record.value === null ? null : node.valueSerde.deserialize(record.value);
    } catch (thrown) {
      this.#context.failed('deserialization', node.name, thrown);
      return;
    }
    let timestamp: number;
    try {
      timestamp = node.timestampExtractor(record, value, input.time);
    } catch (thrown) {
      this.#context.failed('processing', node.name, thrown);
      return;
    }
    if (timestamp < 0) {
      this.#context.dropped();
      return;
    }
    if (timestamp > input.time) input.time = timestamp;
    this.#graph.taskTime.advance(timestamp);
    processor.receive(key, value, timestamp, record.headers);
  }

  #processRepartitioned(from: RepartitionInput, record: ConsumerRecord): void {
    const { headers, value: bytes } = record;
    if (bytes !== null && isMarker(headers)) {
      const { upstreamTask, time } = decodeMarker(bytes);
      from.watermark.announce(upstreamTask, time);
      return;
    }
    const { node } = from.planned;
    try {
      const key = record.key === null ? null : node.keySerde.deserialize(record.key);
      if (bytes !== null && from.aggregate !== undefined && isPartial(headers)) {
        const partial = decodePartial(bytes, from.aggregate.store.valueSerde);
        from.source.receive(key, partial, record.timestamp, NO_HEADERS);
        return;
      }
      const value = bytes === null ? null : node.valueSerde.deserialize(bytes);
      from.source.receive(key, value, record.timestamp, headers);
    } catch (thrown) {
      this.#context.failed('deserialization', from.source.name, thrown);
    }
  }

  /** Runs what nodes sent to each other within the task, the oldest head first, until nothing is left. */
  #drain(queues: readonly LocalQueue[], inputs: readonly RepartitionInput[]): void {
    for (;;) {
      let next = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let index = 0; index < queues.length; index++) {
        const timestamp = queues[index]?.headTimestamp ?? Number.POSITIVE_INFINITY;
        if (timestamp < least) {
          next = index;
          least = timestamp;
        }
      }
      const record = queues[next]?.shift();
      if (record === undefined) return;
      inputs[next]?.source.receive(record.key, record.value, record.timestamp, record.headers);
    }
  }

  /** Event time goes on although no record came: everything that comes from now on is at `time` or later. */
  advanceTime(time: number): void {
    if (time <= this.#graph.taskTime.time) return;
    this.#graph.taskTime.advance(time);
    this.#dirty = true;
  }

  /**
   * The part of the commit before the producer's: sends what was kept back, what is due, the changelogs and the audit
   * record. Returns the offsets that go with it, or undefined if nothing has happened since the last one.
   */
  prepareCommit(): readonly TopicPartitionOffset[] | undefined {
    if (!this.#dirty) return undefined;
    this.#dirty = false;
    for (const processor of this.#graph.processors) processor.flush();
    this.state.store(AUDIT_STORE).put(this.id, this.#audit());
    const now = this.#now();
    for (const { spec, changelog } of this.#plan.stores) {
      const writes = this.state.store(spec.name).stage();
      if (changelog === undefined) continue;
      if (spec.writeOnce) this.#sendBlocks(changelog, writes, now);
      else this.#sendRows(changelog, writes, now);
    }
    this.#sendRows(this.#auditTopic, this.state.store(AUDIT_STORE).stage(), now);
    const offsets: TopicPartitionOffset[] = [];
    for (const { queue } of this.#inputs) {
      if (!queue.moved) continue;
      offsets.push({ topic: queue.topic, partition: queue.partition, offset: queue.position });
      queue.committed();
    }
    return offsets;
  }

  #sendRows(changelog: string, writes: Writes, now: number): void {
    for (const [key, value] of writes) {
      this.#collector.send(changelog, this.partition, stateKeyBytes(key), value, now, NO_HEADERS);
    }
  }

  #sendBlocks(changelog: string, writes: Writes, now: number): void {
    for (const block of encodeBlocks(writes.keys())) {
      this.#collector.send(changelog, this.partition, null, block, now, NO_HEADERS);
    }
  }

  #audit(): Buffer {
    const times: Record<string, NonNullable<ReturnType<Processor['saveTime']>>> = {};
    for (const processor of this.#graph.processors) {
      const saved = processor.saveTime();
      if (saved !== undefined) times[processor.name] = saved;
    }
    const watermarks: Record<string, readonly number[]> = {};
    for (const { planned, watermark } of this.#graph.repartitions)
      watermarks[planned.node.repartition] = watermark.times;
    return encodeAudit({ task: this.id, streamTime: this.streamTime, counts: this.counts, times, watermarks });
  }

  #sourceInputs(): Input[] {
    return [...this.#graph.sources].flatMap(([node, processor]) =>
      node.topics
        .filter(topic => this.#plan.inputs.some(input => input.topic === topic && this.partition < input.partitions))
        .map(topic => ({
          kind: 'source' as const,
          queue: new RecordQueue(topic, this.partition),
          node,
          processor,
          time: NEVER,
        })),
    );
  }

  #repartitionInputs(): Input[] {
    return this.#graph.repartitions.map(from => ({
      kind: 'repartition' as const,
      queue: new RecordQueue(from.planned.topic, this.partition),
      from,
    }));
  }
}

export function taskId(plan: PlannedSubTopology, partition: number): string {
  return `${plan.subTopology.id}_${partition}`;
}

function closesOnIdle(node: PlannedSubTopology['subTopology']['nodes'][number]): boolean {
  return 'windows' in node && node.windows !== undefined && node.windows.closeOnIdle;
}
