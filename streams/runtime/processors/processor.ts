import type { SavedTime } from '../../audit/checkpoint.js';
import type { GraphNode } from '../../dsl/graph/node.js';
import type { Cancellable, PunctuationType } from '../../dsl/processor/punctuation.js';
import type { Headers } from '../../kafka/record.js';
import type { ErrorContext, NodeInput } from '../errors.js';
import type { InputSerdes } from '../output/dead-letter.js';
import { ProcessorNode, type RecordProcessor } from './processor-node.js';
import { StepNode } from './step-node.js';
import type { TaskContext } from './task-context.js';

/** What a node of a task does with its records (Java: `Processor`). */
export abstract class Processor implements RecordProcessor {
  readonly name: string;
  /** Its connections with the other processors. */
  readonly processorNode = new ProcessorNode(this);
  protected readonly context: TaskContext;

  constructor(name: string, context: TaskContext) {
    this.name = name;
    this.context = context;
  }

  /** False for a processor between nodes, which is not a node of the topology. */
  get isDescribed(): boolean {
    return true;
  }

  /** Called by the processor node for each record. */
  abstract process(key: unknown, value: unknown, timestamp: number, headers: Headers): void;

  /** Reports an exception of `process`, or of a step that has waited. `input` is null in a punctuation. */
  failed(thrown: unknown, input: NodeInput | null): void {
    this.context.failed(this.phase, this.name, thrown, input, this.inputSerdes(input?.value));
  }

  /** `emit` forwards what has waited: see `TaskContext.emitting`. Where its records were read is not known. */
  emitting(emit: () => void): void {
    this.context.emitting(undefined, emit);
  }

  /** The phase that an error of `process` belongs to. */
  protected get phase(): ErrorContext['phase'] {
    return 'processing';
  }

  /** The serializers of its input, where it knows them. Dead letters use them. */
  protected inputSerdes(_value: unknown): InputSerdes {
    return {};
  }

  /**
   * Calls `punctuator` every `intervalMs`, between two records: see `Punctuations.schedule`. Its errors are errors of
   * this node without a record. `place` is that of the steps that it adds.
   */
  protected schedule(
    intervalMs: number,
    type: PunctuationType,
    punctuator: (timestamp: number, place: StepNode) => unknown,
    startTime?: number,
  ): Cancellable {
    const punctuate = (timestamp: number): void => {
      try {
        this.call(null, place => punctuator(timestamp, place));
      } catch (thrown) {
        this.failed(thrown, null);
      }
    };
    return this.context.punctuations.schedule(intervalMs, type, punctuate, startTime);
  }

  /**
   * A part of the processing of `input` (null in a punctuation) that may give a promise: until it has settled the task
   * takes no further record, and the commit waits. It begins when the steps before it have ended. `place` is that of the
   * steps that it adds.
   */
  protected call(input: NodeInput | null, call: (place: StepNode) => unknown): void {
    const place: StepNode = new StepNode({
      start: async () => await call(place),
      resume() {},
      fail: thrown => this.failed(thrown, input),
    });
    this.context.steps.call(place, () => call(place));
  }

  /**
   * A step that waits: the task takes no further record until the promise of `start` has settled and `resume` has run
   * with its result, as a part of the processing of `input` (null in a punctuation). The commit waits for it. Neither
   * `start` nor the promise may write or forward: after an abort, or when the task is gone, `resume` does not run. What
   * is thrown is an error of this node.
   */
  protected wait<T>(input: NodeInput | null, start: () => Promise<T>, resume: (result: T) => void): void {
    this.context.steps.add({ start, resume, fail: thrown => this.failed(thrown, input) });
  }

  /** Reads what it needs from its restored store, and schedules punctuations. Runs before the first record. */
  async init(): Promise<void> {}

  /** The transaction is about to be aborted: what a promise does from now on must have no effect. */
  stop(): void {}

  /** Nothing is processed any more: the task leaves this process, or goes back to its last commit. */
  close(): void {}

  /**
   * Runs at a commit, in the order of the topology. Sends held records and results that are due. The processors after
   * this one commit later.
   */
  beforeCommit(): void {}

  /** Sends what it packs to be sent together, before the commit. At a commit, `beforeCommit` does it. */
  sendPacked(): void {}

  /**
   * The name under which its time is saved: that of its store, which stays the same when the topology changes. Its own
   * name may later be that of another node. undefined if it has no time to save.
   */
  get timeName(): string | undefined {
    return undefined;
  }

  /** Estimate of the memory of what it holds until the commit. */
  get keptBytes(): number {
    return 0;
  }

  /** The time to continue from after a restart. undefined if there is none yet. */
  saveTime(): SavedTime | undefined {
    return undefined;
  }

  resumeTime(_saved: SavedTime): void {}
}

/** The processor of a node that needs nothing but the node. */
export abstract class NodeProcessor<N extends GraphNode> extends Processor {
  protected readonly node: N;

  constructor(node: N, context: TaskContext) {
    super(node.name, context);
    this.node = node;
  }
}
