import type { TimestampedWindowStore } from '../../../../stores/kinds/window.js';
import type { SavedTime } from '../../../audit/audit-record.js';
import type { AggregateNode } from '../../../dsl/graph/node.js';
import type { TimeWindows } from '../../../dsl/windows/windows.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NEVER, type OperatorTime } from '../../time/time.js';
import { Processor } from '../processor.js';
import { PartialAggregate } from '../repartition/partial-aggregate.js';
import { aggregateOf, aggregateSerdes, initial, type TableOutput } from '../table/aggregate.js';
import { ChangeCache } from '../table/change-cache.js';
import type { TaskContext } from '../task-context.js';
import { LateRecords } from './late-records.js';
import { OpenWindows } from './open-windows.js';

interface DueRow {
  readonly key: unknown;
  readonly windowStart: number;
  readonly value: unknown;
  readonly timestamp: number;
}

/** An aggregate by key and window (Java: `KStreamWindowAggregate`). */
export class WindowAggregateProcessor extends Processor {
  readonly #node: AggregateNode;
  readonly #windows: TimeWindows;
  readonly #store: TimestampedWindowStore<unknown, unknown>;
  readonly #time: OperatorTime;
  readonly #sendOldValues: boolean;
  readonly #cache: ChangeCache | undefined;
  readonly #late: LateRecords;
  /** Only if results leave when their window closes. */
  readonly #open: OpenWindows | undefined;
  /** Windows that end, with their grace, at this time or before have been emitted. */
  #closedUpTo = NEVER;

  constructor(
    node: AggregateNode,
    windows: TimeWindows,
    store: TimestampedWindowStore<unknown, unknown>,
    time: OperatorTime,
    output: TableOutput,
    context: TaskContext,
  ) {
    super(node.name, context);
    this.#node = node;
    this.#windows = windows;
    this.#store = store;
    this.#time = time;
    this.#sendOldValues = output.sendOldValues;
    this.#late = new LateRecords(node.name, node.late, context);
    const onClose = node.emit === 'onWindowClose';
    this.#cache = output.cached && !onClose ? new ChangeCache() : undefined;
    this.#open = onClose ? new OpenWindows() : undefined;
  }

  override async init(): Promise<void> {
    if (this.#open === undefined) return;
    const firstOpen = this.#closedUpTo - this.#windows.sizeMs - this.#windows.graceMs + 1;
    for (const { key, windowStart } of await this.#store.all(Math.max(0, firstOpen))) {
      this.#open.add(windowStart, this.#store.stateKeyOf(key, windowStart));
    }
  }

  protected override inputSerdes(value: unknown): InputSerdes {
    return aggregateSerdes(this.#node, value);
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    const effective = this.#time.effective;
    // Held-back time does not follow the records, so what it closes must leave before the store expires it.
    if (this.#time.heldBack) this.#close(effective, NO_HEADERS);
    const { sizeMs, graceMs, advanceMs } = this.#windows;
    if (value instanceof PartialAggregate) {
      const { windowStart, records } = value;
      if (windowStart + sizeMs + graceMs <= effective) this.#late.addPartial(records);
      else this.#update(key, windowStart, value, timestamp, effective, headers);
    } else {
      for (let start = this.#windows.firstStartFor(timestamp); start <= timestamp; start += advanceMs) {
        if (start + sizeMs + graceMs <= effective) {
          this.#late.add(key, value, timestamp, this.#windows.windowAt(start), headers);
        } else this.#update(key, start, value, timestamp, effective, headers);
      }
    }
    if (!this.#time.heldBack) this.#close(effective, headers);
  }

  #update(key: unknown, start: number, value: unknown, timestamp: number, effective: number, headers: Headers): void {
    const row = this.#store.stateKeyOf(key, start);
    const bytes = this.#store.expired(start) ? null : this.#store.fetchBytes(row);
    const old = bytes === null ? null : this.#store.decode(bytes);
    const aggregate = aggregateOf(this.#node, key, value, old?.value ?? initial(this.#node));
    const latest = old === null ? timestamp : Math.max(old.timestamp, timestamp);
    this.#store.observe(Math.min(start, effective));
    const valueBytes = this.#store.put(key, start, aggregate, latest);
    if (this.#open !== undefined) {
      this.#open.add(start, row);
      return;
    }
    const oldValue = !this.#sendOldValues
      ? null
      : bytes === null
        ? initial(this.#node)
        : this.#store.decode(bytes).value;
    const windowed = { key, window: this.#windows.windowAt(start) };
    if (this.#cache !== undefined) this.#cache.put(row, windowed, aggregate, oldValue, latest, valueBytes);
    else this.forward(windowed, { newValue: aggregate, oldValue }, latest, headers);
  }

  /** Emits each window that `effective` closes, once (KIP-825), with the headers of the record that closes it, as Java does. */
  #close(effective: number, headers: Headers): void {
    if (this.#open === undefined) return;
    const lastStart = effective - this.#windows.sizeMs - this.#windows.graceMs;
    if (this.#open.earliest > lastStart) return;
    const due: DueRow[] = [];
    for (const { windowStart, rows } of this.#open.takeUpTo(lastStart)) {
      // Java reads the store up to its retention: windows that fell out of it in the jump that closes them are not emitted.
      if (this.#store.expired(windowStart)) continue;
      for (const row of rows) {
        const bytes = this.#store.fetchBytes(row);
        if (bytes !== null) due.push({ ...this.#store.keyOf(row), ...this.#store.decode(bytes) });
      }
    }
    if (this.#time.heldBack) due.sort((a, b) => a.timestamp - b.timestamp);
    this.#closedUpTo = effective;
    for (const { key, windowStart, value, timestamp } of due) {
      const windowed = { key, window: this.#windows.windowAt(windowStart) };
      this.forward(windowed, { newValue: value, oldValue: null }, timestamp, headers);
    }
  }

  override get keptBytes(): number {
    return this.#cache?.bytes ?? 0;
  }

  override flush(): void {
    this.#cache?.drain((key, newValue, oldValue, timestamp) =>
      this.forward(key, { newValue, oldValue }, timestamp, NO_HEADERS),
    );
    const effective = this.#time.effective;
    this.#close(effective, NO_HEADERS);
    this.#time.release(effective);
  }

  override get timeName(): string {
    return this.#node.store.name;
  }

  override saveTime(): SavedTime {
    return {
      streamTime: this.#time.streamTime,
      released: this.#time.time,
      closedUpTo: this.#closedUpTo,
      observedStart: this.#store.observedStart,
    };
  }

  override resumeTime(saved: SavedTime): void {
    if (typeof saved.streamTime === 'number') this.#time.observe(saved.streamTime);
    if (typeof saved.released === 'number') this.#time.release(saved.released);
    if (typeof saved.closedUpTo === 'number') this.#closedUpTo = saved.closedUpTo;
    if (typeof saved.observedStart === 'number') this.#store.observe(saved.observedStart);
  }
}
