import type { SavedTime } from '../../audit/audit-record.js';
import type { GraphNode } from '../../dsl/graph/node.js';
import type { Headers } from '../../kafka/record.js';
import type { ErrorContext } from '../errors.js';
import type { InputSerdes } from '../output/dead-letter.js';
import type { TaskContext } from './task-context.js';

/**
 * A node at work in one task. Processing is depth first: `forward` runs each child to its end, in the order of declaration.
 * The four parameters stand for Java's `Record`; an object for each step would cost more than most steps do.
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

  /** False for what is no node of the topology: it stands between nodes. */
  get isDescribed(): boolean {
    return true;
  }

  /** Records that it was given. */
  get received(): number {
    return this.#received;
  }

  /** Records that it gave to what follows. */
  get forwarded(): number {
    return this.#forwarded;
  }

  addChild(child: Processor): void {
    this.#children.push(child);
  }

  /** An exception ends at the node that threw it: the nodes beside it still get the record (KIP-1033). */
  receive(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#received++;
    try {
      this.process(key, value, timestamp, headers);
    } catch (thrown) {
      const input = { key, value, timestamp, headers };
      this.context.failed(this.phase, this.name, thrown, input, this.inputSerdes(value));
    }
  }

  /** What it means for the application if `process` throws. */
  protected get phase(): ErrorContext['phase'] {
    return 'processing';
  }

  /** What its input can be written with, where it knows; for dead letters. */
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

  /** Reads what it needs from its restored store, before the first record. */
  async init(): Promise<void> {}

  /**
   * At a commit, in the order of the topology: sends on what was kept back for it, and what is due by now. Processors after
   * this one have theirs still to do.
   */
  flush(): void {}

  /**
   * The name under which its time is kept: that of its store, which outlives changes of the topology. Its own name may be that of another
   * node after one. undefined if it keeps none.
   */
  get timeName(): string | undefined {
    return undefined;
  }

  /** Estimate of the memory of what it keeps back for the commit. */
  get keptBytes(): number {
    return 0;
  }

  /** The time to go on with after a restart; undefined if there is none yet. */
  saveTime(): SavedTime | undefined {
    return undefined;
  }

  resumeTime(_saved: SavedTime): void {}
}

/** The processor of a node that has all it needs in the node. */
export abstract class NodeProcessor<N extends GraphNode> extends Processor {
  protected readonly node: N;

  constructor(node: N, context: TaskContext) {
    super(node.name, context);
    this.node = node;
  }
}
