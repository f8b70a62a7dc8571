import type { ByteStore } from '../../../stores/byte-store.js';
import { keyToStateKey } from '../../../stores/key-value-store.js';
import { type StateKey, stateKeyBytes } from '../../../stores/state-database.js';
import type { SavedTime } from '../../audit/audit-record.js';
import type { Change } from '../../dsl/change.js';
import type { SuppressNode } from '../../dsl/node.js';
import type { Windowed } from '../../dsl/windows.js';
import type { Headers } from '../../kafka/record.js';
import type { InputSerdes } from '../dead-letter.js';
import { StreamsError } from '../errors.js';
import type { TaskContext } from '../task-context.js';
import { NEVER, type OperatorTime } from '../time.js';
import { Processor } from './processor.js';
import { type BufferedChange, decodeBuffered, encodeBuffered } from './suppress-buffer.js';

/**
 * Holds updates of a table back, in memory and in its store (Java: `KTableSuppressProcessor`). Updates of one key replace each other
 * and keep their place.
 */
export class SuppressProcessor extends Processor {
  readonly #node: SuppressNode;
  readonly #bytes: ByteStore;
  readonly #time: OperatorTime;
  readonly #buffer = new Map<StateKey, BufferedChange>();
  #earliest = Number.POSITIVE_INFINITY;

  constructor(node: SuppressNode, bytes: ByteStore, time: OperatorTime, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
    this.#bytes = bytes;
    this.#time = time;
  }

  override async init(): Promise<void> {
    const { keySerde, valueSerde } = this.#node.store;
    for (const [stateKey, bytes] of await this.#bytes.entries()) {
      const buffered = decodeBuffered(bytes, keySerde.deserialize(stateKeyBytes(stateKey)), valueSerde);
      this.#buffer.set(stateKey, buffered);
      this.#earliest = Math.min(this.#earliest, buffered.bufferTime);
    }
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.#node.store.keySerde };
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { until, store } = this.#node;
    const change = value as Change<unknown>;
    this.#time.observe(timestamp);
    const bufferTime = until.kind === 'windowCloses' ? (key as Windowed<unknown>).window.end : timestamp;
    const stateKey = keyToStateKey(store.keySerde, key);
    const known = this.#buffer.get(stateKey);
    const buffered = { key, change, timestamp, headers, bufferTime: known?.bufferTime ?? bufferTime };
    // First of all: it throws if the changelog can't take the row, and then nothing is buffered.
    this.#bytes.put(stateKey, encodeBuffered(buffered, store.valueSerde));
    this.#buffer.set(stateKey, buffered);
    this.#earliest = Math.min(this.#earliest, buffered.bufferTime);
    this.#emitDue();
    const { maxRecords } = until;
    if (maxRecords === undefined || this.#buffer.size <= maxRecords) return;
    if (until.kind === 'windowCloses') {
      throw new StreamsError(`${this.name}: the buffer has more than ${maxRecords} records, and is to stop when full`);
    }
    this.#emit(this.#inOrder([...this.#buffer]).slice(0, this.#buffer.size - maxRecords));
  }

  override flush(): void {
    this.#emitDue();
    this.#time.release(this.#time.effective);
  }

  #emitDue(): void {
    const { until } = this.#node;
    const limit = this.#time.effective - (until.kind === 'windowCloses' ? until.graceMs : until.ms);
    if (this.#earliest > limit) return;
    this.#emit(this.#inOrder([...this.#buffer].filter(([, buffered]) => buffered.bufferTime <= limit)));
  }

  /** By the time under which they are buffered, then by the bytes of the key. */
  #inOrder(entries: [StateKey, BufferedChange][]): [StateKey, BufferedChange][] {
    return entries.sort(([a, x], [b, y]) => x.bufferTime - y.bufferTime || (a < b ? -1 : 1));
  }

  #emit(entries: readonly [StateKey, BufferedChange][]): void {
    for (const [stateKey] of entries) {
      this.#buffer.delete(stateKey);
      this.#bytes.put(stateKey, null);
    }
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const { bufferTime } of this.#buffer.values()) this.#earliest = Math.min(this.#earliest, bufferTime);
    for (const [, { key, change, timestamp, headers }] of entries) {
      // A window that was deleted has no final result.
      if (change.newValue === null && this.#node.until.kind === 'windowCloses') continue;
      this.forward(key, change, timestamp, headers);
    }
  }

  override saveTime(): SavedTime | undefined {
    if (this.#time.streamTime === NEVER) return undefined;
    return { streamTime: this.#time.streamTime, released: this.#time.time };
  }

  override resumeTime(saved: SavedTime): void {
    if (typeof saved.streamTime === 'number') this.#time.observe(saved.streamTime);
    if (typeof saved.released === 'number') this.#time.release(saved.released);
  }
}
