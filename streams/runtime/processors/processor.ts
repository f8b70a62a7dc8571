import type { Headers } from '../../kafka/record.js';
import type { TaskContext } from '../task-context.js';

/** What an operator needs to go on with the time that it had: kept in the audit record of its task. */
export type SavedTime = Readonly<Record<string, number | readonly number[]>>;

/**
 * A node at work in one task. Processing is depth first: `forward` runs each child to its end, in the order of declaration.
 * The four parameters stand for Java's `Record`; an object for each step would cost more than most steps do.
 */
export abstract class Processor {
  readonly name: string;
  protected readonly context: TaskContext;
  readonly #children: Processor[] = [];

  constructor(name: string, context: TaskContext) {
    this.name = name;
    this.context = context;
  }

  addChild(child: Processor): void {
    this.#children.push(child);
  }

  /** An exception ends at the node that threw it: the nodes beside it still get the record (KIP-1033). */
  receive(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    try {
      this.process(key, value, timestamp, headers);
    } catch (thrown) {
      this.context.failed('processing', this.name, thrown);
    }
  }

  protected abstract process(key: unknown, value: unknown, timestamp: number, headers: Headers): void;

  protected forward(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    for (const child of this.#children) child.receive(key, value, timestamp, headers);
  }

  protected forwardTo(index: number, key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#children[index]?.receive(key, value, timestamp, headers);
  }

  /** Reads what it needs from its restored store, before the first record. */
  async init(): Promise<void> {}

  /**
   * At a commit, in the order of the topology: sends on what was kept back for it, and what is due by now. Processors after
   * this one have theirs still to do.
   */
  flush(): void {}

  /** The time to go on with after a restart; undefined if it keeps none. */
  saveTime(): SavedTime | undefined {
    return undefined;
  }

  resumeTime(_saved: SavedTime): void {}
}
