import type { DistinctStore } from '../../../../stores/kinds/distinct.js';
import type { SavedTime } from '../../../audit/audit-record.js';
import type { DistinctNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER, type OperatorTime } from '../../time/time.js';
import { Processor } from '../processor.js';
import type { TaskContext } from '../task-context.js';
import { LateRecords } from './late-records.js';

/** Lets the first record of each identity and window go on. */
export class DistinctProcessor extends Processor {
  readonly #node: DistinctNode;
  readonly #seen: DistinctStore<unknown>;
  readonly #time: OperatorTime;
  readonly #late: LateRecords;

  constructor(node: DistinctNode, seen: DistinctStore<unknown>, time: OperatorTime, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
    this.#seen = seen;
    this.#time = time;
    this.#late = new LateRecords(node.name, node.late, context);
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    const effective = this.#time.effective;
    const { sizeMs, graceMs } = this.#node.windows;
    const start = this.#node.windows.firstStartFor(timestamp);
    if (start + sizeMs + graceMs <= effective) {
      this.#late.add(key, value, timestamp, this.#node.windows.windowAt(start), headers);
      return;
    }
    this.#seen.observe(Math.min(start, effective));
    if (this.#seen.add(this.#node.identity(key, value), start)) this.forward(key, value, timestamp, headers);
  }

  override flush(): void {
    this.#time.release(this.#time.effective);
  }

  override get timeName(): string {
    return this.#node.store.name;
  }

  override saveTime(): SavedTime | undefined {
    if (this.#time.streamTime === NEVER) return undefined;
    const { observedStart } = this.#seen;
    return { streamTime: this.#time.streamTime, released: this.#time.time, observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    if (typeof saved.streamTime === 'number') this.#time.observe(saved.streamTime);
    if (typeof saved.released === 'number') this.#time.release(saved.released);
    if (typeof saved.observedStart === 'number') this.#seen.observe(saved.observedStart);
  }
}
