import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { TaskCounts } from '../../audit/task-counts.js';
import type { GraphNode } from '../../dsl/graph/node.js';
import type { Clock } from '../../kafka/ports.js';
import type { TopicPartitionOffset } from '../../kafka/record.js';
import { buildProcessorGraph, type GraphOptions, type ProcessorGraph } from '../compile/processor-graph.js';
import { asError, StreamsError } from '../errors.js';
import type { RecordCollector } from '../output/record-collector.js';
import { idOf, type PlannedTask } from '../plan/planned-task.js';
import type { PlannedSubTopology } from '../plan/task-plan.js';
import { type ErrorHandlers, TaskContext } from '../processors/task-context.js';
import type { NodeCounts } from '../status/process-status.js';
import { latestTimestamp } from '../time/event-time.js';
import { NEVER } from '../time/time.js';
import { PartitionGroup } from './partition-group.js';
import { RecordProcessing } from './record-processing.js';
import { TaskChangelogs } from './task-changelogs.js';
import { CHECKPOINT_STORE, type InstanceIdentity, TaskCheckpoint } from './task-checkpoint.js';
import type { InputStart, TaskInput } from './task-input.js';
import { taskInputs } from './task-inputs.js';

export interface TaskOptions {
  readonly planned: PlannedTask;
  readonly state: TaskState;
  readonly collector: RecordCollector;
  readonly handlers: ErrorHandlers;
  readonly caching: boolean;
  readonly globalStores: GraphOptions['globalStores'];
  readonly auditTopic: string;
  /** The process that runs it, for the checkpoint. */
  readonly instance: InstanceIdentity;
  readonly clock: Clock;
  /** How far ahead of the wall clock a timestamp may be, in milliseconds. Infinite: any timestamp is accepted. */
  readonly maxTimestampAheadMs: number;
}

/**
 * One partition of a sub-topology: its processors, its state and its positions in the input. Processing is synchronous,
 * but for steps that wait.
 */
export class Task {
  readonly id: string;
  readonly partition: number;
  readonly state: TaskState;
  /** The record in process. */
  readonly processing: RecordProcessing;
  readonly #plan: PlannedSubTopology;
  readonly #context: TaskContext;
  readonly #graph: ProcessorGraph;
  readonly #inputs: PartitionGroup;
  readonly #changelogs: TaskChangelogs;
  readonly #checkpoint: TaskCheckpoint;
  readonly #clock: Clock;
  readonly #maxTimestampAheadMs: number;
  #dirty = false;
  #lastRecordAt: number;
  /** Timestamps of the newest source record since the last commit, and of the newest one of the commit in progress. */
  #newest: number | undefined;
  #committingNewest: number | undefined;

  constructor(options: TaskOptions) {
    const { planned, state, collector, handlers, caching, globalStores, auditTopic, instance, clock } = options;
    const { subTopology: plan, partition } = planned;
    this.id = idOf(planned);
    this.partition = partition;
    this.state = state;
    this.#plan = plan;
    this.#clock = clock;
    this.#lastRecordAt = clock.monotonic();
    this.#context = new TaskContext(this.id, partition, collector, handlers, clock);
    this.#changelogs = new TaskChangelogs({ stores: plan.stores, partition, state, collector, auditTopic });
    this.#graph = buildProcessorGraph(plan, state, this.#context, { caching, globalStores, now: () => clock.now() });
    this.processing = new RecordProcessing(this.#context, this.#graph.repartitions);
    const { maxTimestampAheadMs } = options;
    this.#maxTimestampAheadMs = maxTimestampAheadMs;
    this.#inputs = new PartitionGroup(
      taskInputs({ planned, graph: this.#graph, context: this.#context, clock, maxTimestampAheadMs }),
    );
    this.#checkpoint = new TaskCheckpoint({
      context: this.#context,
      graph: this.#graph,
      inputs: this.#inputs,
      store: state.store(CHECKPOINT_STORE),
      instance,
      stores: plan.stores.map(({ spec }) => spec),
    });
  }

  /** Lets the operators read the restored state. Must be awaited before the first record. */
  async init(): Promise<void> {
    this.resume();
    for (const processor of this.#graph.processors) await processor.init();
    // What a processor has written is committed also if no record comes.
    if (this.state.dirtyBytes > 0) this.#dirty = true;
  }

  /**
   * Continues with the times and counts of the last commit, and forgets what has expired by then. Throws a
   * ChangedStoreError.
   */
  resume(): void {
    // The next commit announces where the stores are now, also if no record comes.
    if (this.#checkpoint.resume()) this.#dirty = true;
  }

  /** The transaction is about to be aborted. What processors have begun must not write or forward any more. */
  stop(): void {
    for (const processor of this.#graph.processors) processor.stop();
  }

  /** Nothing is processed any more. Its state stays open. Throws what the `close` of a processor throws. */
  close(): void {
    const thrown: unknown[] = [];
    for (const processor of this.#graph.processors) {
      try {
        processor.close();
      } catch (error) {
        thrown.push(new StreamsError(`${processor.name}: close: ${asError(error).message}`, { cause: error }));
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }

  /** Its input partitions, of source topics and of repartition topics. */
  get inputs(): PartitionGroup {
    return this.#inputs;
  }

  /** The number of changelogs that it writes, with the audit topic. */
  get changelogs(): number {
    return this.#changelogs.count;
  }

  get counts(): TaskCounts {
    return this.#context.counts;
  }

  /** What it keeps about itself with each commit. */
  get checkpoint(): TaskCheckpoint {
    return this.#checkpoint;
  }

  /** Starts at these offsets, by topic. `topicIds` has the known ids of the topics. */
  seek(starts: ReadonlyMap<string, InputStart>, topicIds: Readonly<Record<string, string>>): void {
    this.#checkpoint.topicIds = topicIds;
    this.#inputs.seek(starts);
  }

  /** Records received and forwarded by its nodes, by their names in `describe()`. */
  get nodeCounts(): Readonly<Record<string, NodeCounts>> {
    const described = this.#graph.processors.filter(processor => processor.isDescribed);
    return Object.fromEntries(
      described.map(({ name, processorNode: { received, forwarded } }) => [name, { received, forwarded }]),
    );
  }

  get streamTime(): number {
    return this.#graph.taskTime.time;
  }

  /** When the last record of a source topic was processed, by the monotonic clock. */
  get lastRecordAt(): number {
    return this.#lastRecordAt;
  }

  /**
   * True if anything depends on the task's time while no record comes: windows that close on idle, or tasks downstream.
   */
  get usesTime(): boolean {
    return this.#plan.writes.length > 0 || this.#plan.subTopology.nodes.some(closesOnIdle);
  }

  /** The lowest time of the operators of this task. END_OF_TIME when all input has ended, also upstream. */
  get lowestTime(): number {
    const times = this.#graph.repartitions.map(({ watermark }) => watermark.time);
    if (this.#plan.sources.length > 0) times.push(this.#graph.taskTime.time);
    return Math.min(...times);
  }

  /** Timestamp of the newest source record of the commit that has ended. undefined if it had none. */
  takeNewest(): number | undefined {
    const newest = this.#committingNewest;
    this.#committingNewest = undefined;
    return newest;
  }

  get isFed(): boolean {
    return this.#plan.sources.length > 0;
  }

  /** Estimate of the memory that a commit frees: what operators hold for it, and uncommitted writes of stores. */
  get uncommittedBytes(): number {
    let bytes = this.state.dirtyBytes;
    for (const processor of this.#graph.processors) bytes += processor.keptBytes;
    return bytes;
  }

  /** True if there is something left to process. */
  get hasWork(): boolean {
    return this.processing.isBusy || this.#inputs.buffered > 0;
  }

  /** Calls the punctuators that are due by the wall clock. */
  punctuate(): void {
    if (this.processing.punctuate(this.#clock.monotonic(), this.#clock.now())) this.#dirty = true;
  }

  /**
   * Processes up to `maxRecords` records, until they have `maxBytes` together, a step waits, or as many calls are in
   * flight as may be. A block is processed to its end, unless one of these holds it up.
   */
  process(maxRecords: number, maxBytes: number): number {
    let processed = 0;
    let bytes = 0;
    let fed = false;
    const latest = latestTimestamp(this.#clock.now(), this.#maxTimestampAheadMs);
    let isInBlock = false;
    while ((isInBlock || (processed < maxRecords && bytes < maxBytes)) && this.processing.takesMore) {
      const input = this.#inputs.next(latest);
      if (input === undefined) break;
      if (input.isSource) fed = true;
      const buffered = input.queue.bytes;
      this.#processRecord(input);
      bytes += buffered - input.queue.bytes;
      processed++;
      isInBlock = input.isInBlock;
    }
    // Records of other tasks do not count: their watermark records never stop, even if the sources of this task are
    // silent.
    if (fed) this.#lastRecordAt = this.#clock.monotonic();
    return processed;
  }

  /**
   * True if a record of a topic is in process: a step waits, a call is in flight, or a block has not ended. No commit may
   * come then.
   */
  get isBusy(): boolean {
    return this.processing.isBusy || this.#inputs.isInBlock;
  }

  /** Processes the records in process to their end. */
  async settle(): Promise<void> {
    await this.processing.settle();
    while (this.#inputs.isInBlock) {
      this.process(1, Number.POSITIVE_INFINITY);
      await this.processing.settle();
    }
  }

  #processRecord(input: TaskInput): void {
    const record = input.head;
    if (record === undefined) return;
    this.#dirty = true;
    const timestamp = this.processing.process(record, input);
    if (input.isSource && timestamp !== NEVER && (this.#newest === undefined || timestamp > this.#newest)) {
      this.#newest = timestamp;
    }
  }

  /** Sends what is packed to be sent together, before the commit. */
  sendPacked(): void {
    for (const processor of this.#graph.processors) processor.sendPacked();
  }

  /** Event time goes on without a record: all further records are at `time` or later. */
  advanceTime(time: number): void {
    if (time <= this.#graph.taskTime.time) return;
    this.#graph.taskTime.advance(time);
    this.#dirty = true;
  }

  /**
   * The part of the commit before the producer's: sends held records, results that are due, the changelogs and the
   * checkpoint. The task must not be busy. Resolves to the offsets to commit, at least one. undefined if nothing has
   * happened since the last commit.
   */
  async prepareCommit(): Promise<readonly TopicPartitionOffset[] | undefined> {
    if (!this.#dirty) return undefined;
    this.#dirty = false;
    this.#committingNewest = this.#newest;
    this.#newest = undefined;
    for (const processor of this.#graph.processors) {
      processor.beforeCommit();
      await this.processing.settleBeforeCommit();
    }
    // A processor may have left some that it has begun.
    this.state.endScans();
    this.#checkpoint.save();
    this.#changelogs.send(this.#clock.now());
    return this.#inputs.takeForCommit();
  }
}

function closesOnIdle(node: GraphNode): boolean {
  if (node.kind === 'streamTableJoin') return node.buffer?.closeOnIdle ?? false;
  return 'windows' in node && node.windows !== undefined && node.windows.closeOnIdle;
}
