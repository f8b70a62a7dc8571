import type { DistinctStore } from '../../../../stores/kinds/distinct.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { DistinctNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { LateRecords } from '../late-records.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileDistinct: Compile<DistinctNode> = (node, site) => {
  const time = new OperatorTime(site.frontier, node.windows.closeOnIdle);
  const { kind, keySerde } = node.store;
  const seen = kind.open(site.bytesOf(node.store), keySerde);
  site.place(new DistinctProcessor(node, seen, time, site.context), { frontier: [time] });
};

/** Forwards the first record of each identity and window. */
class DistinctProcessor extends NodeProcessor<DistinctNode> {
  readonly #seen: DistinctStore<unknown>;
  readonly #time: OperatorTime;
  readonly #late: LateRecords;

  constructor(node: DistinctNode, seen: DistinctStore<unknown>, time: OperatorTime, context: TaskContext) {
    super(node, context);
    this.#seen = seen;
    this.#time = time;
    this.#late = new LateRecords(node.name, node.late, context);
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    const inputWatermark = this.#time.inputWatermark;
    const { windows } = this.node;
    const start = windows.firstStartFor(timestamp);
    if (windows.isClosed(start, inputWatermark)) {
      const late = this.node.original(key, value);
      if (late === undefined) this.context.late();
      else this.#late.add(late.key, late.value, timestamp, windows.windowAt(start), headers);
      return;
    }
    // A window needs no rows when it has closed, so these expire before the next window begins.
    this.#seen.observe(inputWatermark);
    if (this.#seen.add(this.node.identity(key, value), start))
      this.processorNode.forward(key, value, timestamp, headers);
  }

  override beforeCommit(): void {
    this.#time.advanceOutput(this.#time.inputWatermark);
  }

  override get timeName(): string {
    return this.node.store.name;
  }

  override saveTime(): SavedTime | undefined {
    if (this.#time.streamTime === NEVER) return undefined;
    return { ...this.#time.save(), observedStart: this.#seen.observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
    this.#seen.observe(savedNumber(saved, 'observedStart'));
  }
}
