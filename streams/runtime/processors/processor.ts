import type { SavedTime } from '../../audit/checkpoint.js';
import type { GraphNode } from '../../dsl/graph/node.js';
import { synchronous } from '../../dsl/options/synchronous.js';
import type { Headers } from '../../kafka/record.js';
import type { ErrorContext, NodeInput } from '../errors.js';
import type { InputSerdes } from '../output/dead-letter.js';
import type { Cancellable, Punctuator } from './punctuation-queue.js';
import type { PunctuationType } from './punctuations.js';
import type { TaskContext } from './task-context.js';

/**
 * A node of one task. Processing is depth first: `forward` runs each child to its end, in the order of declaration. The
 * four parameters are Java's `Record`: an object for each step would cost more than most steps do.
 */
export abstract class Processor {
  readonly name: string;
  protected readonly context: TaskContext;
  readonly #children: Processor[] = [];
  #received = 0;
  #forwarded = 0;

  constructor(name: string, context: TaskContext) {
    this.name = name;
    this.context = context;
  }

  /** False for a processor between nodes, which is not a node of the topology. */
  get isDescribed(): boolean {
    return true;
  }

  /** Records received. */
  get received(): number {
    return this.#received;
  }

  /** Records forwarded to children. */
  get forwarded(): number {
    return this.#forwarded;
  }

  addChild(child: Processor): void {
    this.#children.push(child);
  }

  /** An exception ends at the node that threw it. Its siblings still get the record (KIP-1033). */
  receive(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#received++;
    try {
      this.process(key, value, timestamp, headers);
    } catch (thrown) {
      const input = { key, value, timestamp, headers };
      this.context.failed(this.phase, this.name, thrown, input, this.inputSerdes(value));
    }
  }

  /** The phase that an error of `process` belongs to. */
  protected get phase(): ErrorContext['phase'] {
    return 'processing';
  }

  /** The serializers of its input, where it knows them. Dead letters use them. */
  protected inputSerdes(_value: unknown): InputSerdes {
    return {};
  }

  protected abstract process(key: unknown, value: unknown, timestamp: number, headers: Headers): void;

  protected forward(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#forwarded++;
    for (const child of this.#children) child.receive(key, value, timestamp, headers);
  }

  protected forwardTo(index: number, key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#forwarded++;
    this.#children[index]?.receive(key, value, timestamp, headers);
  }

  /**
   * Calls `punctuator` every `intervalMs`, between two records: see `Punctuations.schedule`. Its errors are errors of
   * this node without a record.
   */
  protected schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator): Cancellable {
    return this.context.punctuations.schedule(intervalMs, type, timestamp => {
      try {
        synchronous(punctuator(timestamp), 'the punctuator');
      } catch (thrown) {
        this.context.failed('processing', this.name, thrown, null);
      }
    });
  }

  /**
   * A step that waits: the task takes no further record until the promise of `start` has settled and `resume` has run
   * with its result, as a part of the processing of `input` (null in a punctuation). The commit waits for it. Other
   * nodes get the record in process meanwhile. Neither `start` nor the promise may write or forward: after an abort, or
   * when the task is gone, `resume` does not run. What is thrown is an error of this node.
   */
  protected wait<T>(input: NodeInput | null, start: () => Promise<T>, resume: (result: T) => void): void {
    const fail = (thrown: unknown): void =>
      this.context.failed(this.phase, this.name, thrown, input, this.inputSerdes(input?.value));
    this.context.steps.add({ start, resume, fail });
  }

  /** Reads what it needs from its restored store, and schedules punctuations. Runs before the first record. */
  async init(): Promise<void> {}

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
