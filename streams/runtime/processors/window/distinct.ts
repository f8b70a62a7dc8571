import type { ByteStore } from '../../../../stores/bytes/byte-store.js';
import { TimestampedWindowStore } from '../../../../stores/kinds/window-store.js';
import type { SavedTime } from '../../../audit/audit-record.js';
import type { DistinctNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER, type OperatorTime } from '../../time/time.js';
import { Processor } from '../processor.js';
import type { TaskContext } from '../task-context.js';
import { LateRecords } from './late-records.js';

/** The value of every entry. */
export const SEEN = Buffer.from([1]);

/** Lets the first record of each identity and window go on. */
export class DistinctProcessor extends Processor {
  readonly #node: DistinctNode;
  readonly #bytes: ByteStore;
  /** For its keys, retention and expiry; there is no value to encode. */
  readonly #windows: TimestampedWindowStore<unknown, unknown>;
  readonly #time: OperatorTime;
  readonly #late: LateRecords;

  constructor(node: DistinctNode, bytes: ByteStore, time: OperatorTime, context: TaskContext) {
    super(node.name, context);
    const { sizeMs, graceMs } = node.windows;
    const { keySerde, valueSerde, retentionMs = sizeMs + graceMs } = node.store;
    this.#node = node;
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
    const { sizeMs, graceMs } = this.#node.windows;
    const start = this.#node.windows.firstStartFor(timestamp);
    if (start + sizeMs + graceMs <= effective) {
      this.#late.add(key, value, timestamp, this.#node.windows.windowAt(start), headers);
      return;
    }
    this.#windows.observe(Math.min(start, effective));
    const entry = this.#windows.stateKeyOf(this.#node.identity(key, value), start);
    if (this.#bytes.get(entry) !== null) return;
    this.#bytes.put(entry, SEEN);
    this.forward(key, value, timestamp, headers);
  }

  override flush(): void {
    this.#time.release(this.#time.effective);
  }

  override get timeName(): string {
    return this.#node.store.name;
  }

  override saveTime(): SavedTime | undefined {
    if (this.#time.streamTime === NEVER) return undefined;
    const { observedStart } = this.#windows;
    return { streamTime: this.#time.streamTime, released: this.#time.time, observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    if (typeof saved.streamTime === 'number') this.#time.observe(saved.streamTime);
    if (typeof saved.released === 'number') this.#time.release(saved.released);
    if (typeof saved.observedStart === 'number') this.#windows.observe(saved.observedStart);
  }
}
