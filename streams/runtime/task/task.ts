import type { Writes } from '../../../stores/bytes/byte-store.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import { type ChangelogCodec, rowRecords } from '../../../stores/encoding/changelog-codec.js';
import type { AuditRecord } from '../../audit/audit-record.js';
import type { TaskCounts } from '../../audit/task-counts.js';
import type { Clock } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import { MAX_RECORD_BYTES, NO_HEADERS } from '../../kafka/record.js';
import { buildProcessorGraph, type ProcessorGraph } from '../compile/processor-graph.js';
import { RecordQueue } from '../input/record-queue.js';
import type { RecordCollector } from '../output/record-collector.js';
import type { PlannedSubTopology } from '../plan/task-plan.js';
import { drainLocally } from '../processors/repartition/drain.js';
import type { RepartitionInput } from '../processors/site.js';
import { type ErrorHandlers, TaskContext } from '../processors/task-context.js';
import type { NodeCounts } from '../status/process-status.js';
import { latestTimestamp } from '../time/event-time.js';
import { NEVER } from '../time/time.js';
import { PartitionGroup } from './partition-group.js';
import { RepartitionedInput } from './repartitioned-input.js';
import { SourceInput } from './source-input.js';
import { AUDIT_STORE, type InstanceIdentity, TaskAudit } from './task-audit.js';
import type { InputStart, TaskInput } from './task-input.js';

export interface TaskOptions {
  readonly plan: PlannedSubTopology;
  readonly partition: number;
  readonly state: TaskState;
  readonly collector: RecordCollector;
  readonly handlers: ErrorHandlers;
  readonly caching: boolean;
  readonly auditTopic: string;
  /** Who runs it, for the audit record. */
  readonly instance: InstanceIdentity;
  readonly clock: Clock;
  /** Milliseconds by which a timestamp may be ahead of the wall clock; infinite: any number. */
  readonly maxTimestampAheadMs: number;
}

/** One partition of a sub-topology at work: its processors, its state and its place in the input. Synchronous throughout. */
export class Task {
  readonly id: string;
  readonly partition: number;
  readonly state: TaskState;
  readonly #plan: PlannedSubTopology;
  readonly #context: TaskContext;
  readonly #graph: ProcessorGraph;
  readonly #inputs: PartitionGroup;
  readonly #collector: RecordCollector;
  readonly #auditTopic: string;
  readonly #audit: TaskAudit;
  readonly #clock: Clock;
  readonly #maxTimestampAheadMs: number;
  #dirty = false;
  #lastRecordAt: number;
  /** Timestamps of the newest source record since the last commit, and of the one before that commits. */
  #newest: number | undefined;
  #committingNewest: number | undefined;

  constructor(options: TaskOptions) {
    const { plan, partition, state, collector, handlers, caching, auditTopic, instance, clock } = options;
    this.id = taskId(plan, partition);
    this.partition = partition;
    this.state = state;
    this.#plan = plan;
    this.#collector = collector;
    this.#auditTopic = auditTopic;
    this.#clock = clock;
    this.#maxTimestampAheadMs = options.maxTimestampAheadMs;
    this.#lastRecordAt = clock.monotonic();
    this.#context = new TaskContext(this.id, partition, collector, handlers, () => clock.now());
    this.#limitEntries();
    const drain = (input: RepartitionInput): void => drainLocally([input]);
    this.#graph = buildProcessorGraph(plan, state, this.#context, { caching, now: () => clock.now(), drain });
    this.#inputs = new PartitionGroup([...this.#sourceInputs(), ...this.#repartitionInputs()]);
    this.#audit = new TaskAudit({
      context: this.#context,
      graph: this.#graph,
      inputs: this.#inputs,
      store: state.store(AUDIT_STORE),
      instance,
      stores: plan.stores.map(({ spec }) => spec),
    });
  }

  /** A row that a changelog can't take fails where it is written, as an error of its record. In a commit it would stop the task. */
  #limitEntries(): void {
    for (const { spec, changelog } of this.#plan.stores) {
      if (changelog === undefined) continue;
      this.state.store(spec.name).limitEntries(MAX_RECORD_BYTES - spec.kind.changelog.overheadBytes);
    }
  }

  /** Reads what operators keep, from the restored state. To be awaited before the first record. */
  async init(): Promise<void> {
    this.resume();
    for (const processor of this.#graph.processors) await processor.init();
  }

  /** Goes on with the times and counts of the last commit; what they expire is forgotten. Throws a ChangedStoreError. */
  resume(): void {
    // The next commit tells the others where its stores are now, also if no record comes.
    if (this.#audit.resume()) this.#dirty = true;
  }

  /** Its input partitions: those of source topics, and of repartition topics. */
  get inputs(): PartitionGroup {
    return this.#inputs;
  }

  /** How many changelogs it writes, the audit topic among them. */
  get changelogs(): number {
    return this.#plan.stores.filter(({ changelog }) => changelog !== undefined).length + 1;
  }

  get counts(): TaskCounts {
    return this.#context.counts;
  }

  /** What it has committed about itself; undefined before its first commit. */
  get committedAudit(): AuditRecord | undefined {
    return this.#audit.committed;
  }

  /** As of the last commit, the offset of the next record of an input topic; undefined if it is not known. */
  nextOffset(topic: string): number | undefined {
    return this.#audit.next(topic);
  }

  /** As of the last commit, the id of the input topic that the offset is of; undefined if it is not known. */
  committedTopicId(topic: string): string | undefined {
    return this.#audit.topicId(topic);
  }

  /** An input topic is another one than as of the last commit, and is read from `offset` on. */
  beginAgain(topic: string, offset: number): void {
    this.#audit.beginAgain(topic, offset);
  }

  /** Starts in the topics that have these ids (those that are known) there, by topic. */
  seek(starts: ReadonlyMap<string, InputStart>, topicIds: Readonly<Record<string, string>>): void {
    this.#audit.topicIds = topicIds;
    this.#inputs.seek(starts);
  }

  /** What its nodes received and forwarded, by their names in `describe()`. */
  get nodeCounts(): Readonly<Record<string, NodeCounts>> {
    const described = this.#graph.processors.filter(processor => processor.isDescribed);
    return Object.fromEntries(described.map(({ name, received, forwarded }) => [name, { received, forwarded }]));
  }

  get streamTime(): number {
    return this.#graph.taskTime.time;
  }

  /** When the last record of a source topic came in, by the monotonic clock. */
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

  /** Timestamp of the newest source record of the commit that ended; undefined if there was none. */
  takeNewest(): number | undefined {
    const newest = this.#committingNewest;
    this.#committingNewest = undefined;
    return newest;
  }

  get isFed(): boolean {
    return this.#plan.sources.length > 0;
  }

  /** Estimate of the memory that goes free with a commit: what operators keep back for it, and what stores have not committed. */
  get uncommittedBytes(): number {
    let bytes = this.state.dirtyBytes;
    for (const processor of this.#graph.processors) bytes += processor.keptBytes;
    return bytes;
  }

  /** Processes up to `maxRecords`, until they have `maxBytes` together. */
  process(maxRecords: number, maxBytes: number): number {
    let processed = 0;
    let bytes = 0;
    let fed = false;
    const latest = latestTimestamp(this.#clock.now(), this.#maxTimestampAheadMs);
    while (processed < maxRecords && bytes < maxBytes) {
      const input = this.#inputs.next(latest);
      if (input === undefined) break;
      if (input.isSource) fed = true;
      const buffered = input.queue.bytes;
      this.#processRecord(input);
      bytes += buffered - input.queue.bytes;
      processed++;
    }
    // Not what other tasks send: their markers never cease, and the sources of this one may be silent all the same.
    if (fed) this.#lastRecordAt = this.#clock.monotonic();
    return processed;
  }

  #processRecord(input: TaskInput): void {
    const record = input.queue.peek();
    if (record === undefined) return;
    this.#dirty = true;
    this.#context.begin(record, input.isSource);
    const timestamp = input.deliver();
    if (input.isSource && timestamp !== NEVER && (this.#newest === undefined || timestamp > this.#newest)) {
      this.#newest = timestamp;
    }
    drainLocally(this.#graph.repartitions);
    this.#context.end();
  }

  /** Event time goes on although no record came: everything that comes from now on is at `time` or later. */
  advanceTime(time: number): void {
    if (time <= this.#graph.taskTime.time) return;
    this.#graph.taskTime.advance(time);
    this.#dirty = true;
  }

  /**
   * The part of the commit before the producer's: sends what was kept back, what is due, the changelogs and the audit
   * record. Returns the offsets that go with it, at least one, or undefined if nothing has happened since the last one.
   */
  prepareCommit(): readonly TopicPartitionOffset[] | undefined {
    if (!this.#dirty) return undefined;
    this.#dirty = false;
    this.#committingNewest = this.#newest;
    this.#newest = undefined;
    for (const processor of this.#graph.processors) processor.flush();
    this.#audit.save();
    const now = this.#clock.now();
    for (const { spec, changelog } of this.#plan.stores) {
      const writes = this.state.store(spec.name).stage();
      if (changelog !== undefined) this.#sendWrites(changelog, spec.kind.changelog, writes, now);
    }
    this.#sendWrites(this.#auditTopic, rowRecords, this.state.store(AUDIT_STORE).stage(), now);
    return this.#inputs.takeForCommit();
  }

  #sendWrites(changelog: string, codec: ChangelogCodec, writes: Writes, now: number): void {
    codec.encode(writes, (key, value) => {
      this.#collector.send(changelog, this.partition, key, value, now, NO_HEADERS);
    });
  }

  #sourceInputs(): SourceInput[] {
    const context = this.#context;
    const clock = this.#clock;
    const maxTimestampAheadMs = this.#maxTimestampAheadMs;
    const { taskTime } = this.#graph;
    return [...this.#graph.sources].flatMap(([node, processor]) =>
      node.topics
        .filter(topic => this.#plan.inputs.some(input => input.topic === topic && this.partition < input.partitions))
        .map(topic => {
          const queue = new RecordQueue(topic, this.partition);
          return new SourceInput({ node, processor, queue, context, taskTime, clock, maxTimestampAheadMs });
        }),
    );
  }

  #repartitionInputs(): RepartitionedInput[] {
    return this.#graph.repartitions.map(
      input => new RepartitionedInput(input, new RecordQueue(input.topic, this.partition), this.#context),
    );
  }
}

export function taskId(plan: PlannedSubTopology, partition: number): string {
  return `${plan.id}_${partition}`;
}

function closesOnIdle(node: PlannedSubTopology['subTopology']['nodes'][number]): boolean {
  return 'windows' in node && node.windows !== undefined && node.windows.closeOnIdle;
}
