import type { TimestampedWindowStore } from '../../../../stores/kinds/window.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { WindowAggregateNode } from '../../../dsl/graph/node.js';
import type { Windows } from '../../../dsl/windows/windows.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { aggregateOf, aggregateSerdes, initial } from '../aggregation/aggregation.js';
import { beforeAggregation } from '../aggregation/combiner.js';
import { PartialAggregate } from '../aggregation/partial-aggregate.js';
import { LateRecords } from '../late-records.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import { TableOutput, type TableOutputOptions, tableOutputOptions } from '../table/table-output.js';
import { windowStoreView } from '../table/table-view.js';
import type { TaskContext } from '../task-context.js';
import { OpenWindows } from './open-windows.js';

interface DueRow {
  readonly key: unknown;
  readonly windowStart: number;
  readonly value: unknown;
  readonly timestamp: number;
}

export const compileWindowAggregate: Compile<WindowAggregateNode> = (node, site) => {
  const { kind, keySerde, valueSerde } = node.store;
  const store = kind.open(site.bytesOf(node.store), keySerde, valueSerde);
  const { after, frontier } = beforeAggregation(node, site);
  const time = new OperatorTime(frontier, node.windows.closeOnIdle);
  const output = tableOutputOptions(node, site);
  const processor = new WindowAggregateProcessor(node, store, time, output, site.context);
  site.place(processor, { after, frontier: [time] });
  site.showTable(windowStoreView(store));
};

/** An aggregate by key and window (Java: `KStreamWindowAggregate`). */
class WindowAggregateProcessor extends NodeProcessor<WindowAggregateNode> {
  readonly #windows: Windows;
  readonly #store: TimestampedWindowStore<unknown, unknown>;
  readonly #time: OperatorTime;
  readonly #output: TableOutput;
  readonly #late: LateRecords;
  /** undefined unless results leave when their window closes. */
  readonly #open: OpenWindows | undefined;
  /** Windows that end, with their grace, at this time or before have been emitted. */
  #closedUpTo = NEVER;

  constructor(
    node: WindowAggregateNode,
    store: TimestampedWindowStore<unknown, unknown>,
    time: OperatorTime,
    output: TableOutputOptions,
    context: TaskContext,
  ) {
    super(node, context);
    this.#windows = node.windows;
    this.#store = store;
    this.#time = time;
    this.#late = new LateRecords(node.name, node.late, context);
    const onClose = node.emit === 'onWindowClose';
    this.#open = onClose ? new OpenWindows() : undefined;
    this.#output = new TableOutput(
      onClose ? { ...output, cached: false } : output,
      store,
      (key, newValue, oldValue, latest, headers) =>
        this.processorNode.forward(key, { newValue, oldValue }, latest, headers),
    );
  }

  override async init(): Promise<void> {
    if (this.#open === undefined) return;
    const firstOpen = this.#windows.lastClosedStart(this.#closedUpTo) + 1;
    for (const { key, windowStart } of await this.#store.all(Math.max(0, firstOpen))) {
      this.#open.add(windowStart, this.#store.stateKeyOf(key, windowStart));
    }
  }

  protected override inputSerdes(value: unknown): InputSerdes {
    return aggregateSerdes(this.node, value);
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    const inputWatermark = this.#time.inputWatermark;
    // Held-back time does not follow the records. So the closed windows must leave before the store expires them.
    if (this.#time.heldBack) this.#close(inputWatermark, NO_HEADERS);
    const windows = this.#windows;
    if (value instanceof PartialAggregate) {
      const { windowStart, records } = value;
      if (windows.isClosed(windowStart, inputWatermark)) this.#late.addPartial(records);
      else this.#update(key, windowStart, value, timestamp, inputWatermark, headers);
    } else {
      for (let start = windows.firstStartFor(timestamp); start <= timestamp; start += windows.advanceMs) {
        if (windows.isClosed(start, inputWatermark)) {
          this.#late.add(key, value, timestamp, windows.windowAt(start), headers);
        } else this.#update(key, start, value, timestamp, inputWatermark, headers);
      }
    }
    if (!this.#time.heldBack) this.#close(inputWatermark, headers);
  }

  #update(
    key: unknown,
    start: number,
    value: unknown,
    timestamp: number,
    inputWatermark: number,
    headers: Headers,
  ): void {
    const row = this.#store.stateKeyOf(key, start);
    const bytes = this.#store.expired(start) ? null : this.#store.fetchBytes(row);
    const old = bytes === null ? null : this.#store.decode(bytes);
    const aggregate = aggregateOf(this.node, key, value, old?.value ?? initial(this.node), timestamp);
    const latest = old === null ? timestamp : Math.max(old.timestamp, timestamp);
    this.#store.observe(Math.min(start, inputWatermark));
    const valueBytes = this.#store.put(key, start, aggregate, latest);
    if (this.#open !== undefined) {
      this.#open.add(start, row);
      return;
    }
    const oldValue = !this.#output.sendsOldValues
      ? null
      : bytes === null
        ? this.#output.isCached
          ? null
          : initial(this.node)
        : this.#store.decode(bytes).value;
    const windowed = { key, window: this.#windows.windowAt(start) };
    this.#output.update(row, windowed, aggregate, oldValue, latest, headers, valueBytes);
  }

  /**
   * Emits each window that `inputWatermark` closes, once (KIP-825), with the headers of the record that closes it, as
   * Java does.
   */
  #close(inputWatermark: number, headers: Headers): void {
    if (this.#open === undefined) return;
    const lastStart = this.#windows.lastClosedStart(inputWatermark);
    if (this.#open.earliest > lastStart) return;
    const due: DueRow[] = [];
    for (const { windowStart, rows } of this.#open.takeUpTo(lastStart)) {
      // Java reads the store up to its retention. It does not emit windows that the same jump of time has moved out of
      // the retention.
      if (this.#store.expired(windowStart)) continue;
      for (const row of rows) {
        const bytes = this.#store.fetchBytes(row);
        if (bytes !== null) due.push({ ...this.#store.keyOf(row), ...this.#store.decode(bytes) });
      }
    }
    if (this.#time.heldBack) due.sort((a, b) => a.timestamp - b.timestamp);
    this.#closedUpTo = inputWatermark;
    for (const { key, windowStart, value, timestamp } of due) {
      const windowed = { key, window: this.#windows.windowAt(windowStart) };
      this.emitting(() =>
        this.processorNode.forward(windowed, { newValue: value, oldValue: null }, timestamp, headers),
      );
    }
  }

  override get keptBytes(): number {
    return this.#output.keptBytes;
  }

  override beforeCommit(): void {
    this.#output.beforeCommit();
    const inputWatermark = this.#time.inputWatermark;
    this.#close(inputWatermark, NO_HEADERS);
    this.#time.advanceOutput(inputWatermark);
  }

  override get timeName(): string {
    const { part, store } = this.node;
    return part === undefined ? store.name : `${store.name}/${part}`;
  }

  override saveTime(): SavedTime {
    return { ...this.#time.save(), closedUpTo: this.#closedUpTo, observedStart: this.#store.observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
    this.#closedUpTo = savedNumber(saved, 'closedUpTo');
    this.#store.observe(savedNumber(saved, 'observedStart'));
  }
}
