import type { ByteStore } from '../../../../stores/byte-store.js';
import { TimestampedWindowStore } from '../../../../stores/window-store.js';
import type { SavedTime } from '../../../audit/audit-record.js';
import type { DistinctNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { LateRecords } from '../late-records.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';

/** The value of every entry. */
export const SEEN = Buffer.from([1]);

export const compileDistinct: Compile<DistinctNode> = (node, site) => {
  const time = new OperatorTime(site.frontier, node.windows.closeOnIdle);
  site.place(new DistinctProcessor(node, site.bytesOf(node.store), time, site.context), { frontier: [time] });
};

/** Lets the first record of each identity and window go on. */
class DistinctProcessor extends NodeProcessor<DistinctNode> {
  readonly #bytes: ByteStore;
  /** For its keys, retention and expiry; there is no value to encode. */
  readonly #windows: TimestampedWindowStore<unknown, unknown>;
  readonly #time: OperatorTime;
  readonly #late: LateRecords;

  constructor(node: DistinctNode, bytes: ByteStore, time: OperatorTime, context: TaskContext) {
    super(node, context);
    const { sizeMs, graceMs } = node.windows;
    const { keySerde, valueSerde, retentionMs = sizeMs + graceMs } = node.store;
    this.#bytes = bytes;
    this.#windows = new TimestampedWindowStore(bytes, keySerde, valueSerde, retentionMs);
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
    const { windows } = this.node;
    const start = windows.firstStartFor(timestamp);
    if (windows.isClosed(start, effective)) {
      this.#late.add(key, value, timestamp, windows.windowAt(start), headers);
      return;
    }
    this.#windows.observe(Math.min(start, effective));
    const entry = this.#windows.stateKeyOf(this.node.identity(key, value), start);
    if (this.#bytes.get(entry) !== null) return;
    this.#bytes.put(entry, SEEN);
    this.forward(key, value, timestamp, headers);
  }

  override flush(): void {
    this.#time.release(this.#time.effective);
  }

  override get timeName(): string {
    return this.node.store.name;
  }

  override saveTime(): SavedTime | undefined {
    if (this.#time.streamTime === NEVER) return undefined;
    return { ...this.#time.save(), observedStart: this.#windows.observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
    this.#windows.observe(savedNumber(saved, 'observedStart'));
  }
}
