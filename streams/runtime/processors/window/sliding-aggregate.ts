import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { SlidingWindowStore } from '../../../../stores/kinds/sliding-window.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { SlidingAggregateNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Windowed } from '../../../dsl/windows/windows.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { LateRecords } from '../late-records.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { TimedPlaces } from '../timed-places.js';

type Row = ValueAndTimestamp<unknown>;

export const compileSlidingAggregate: Compile<SlidingAggregateNode> = (node, site) => {
  const { kind, keySerde, valueSerde } = node.store;
  const store = kind.open(site.bytesOf(node.store), keySerde, valueSerde);
  const time = new OperatorTime(site.frontier, node.windows.closeOnIdle);
  site.place(new SlidingAggregateProcessor(node, store, time, site.sendsOldValues, site.context), { frontier: [time] });
  site.showTable(slidingView(store));
};

/** The keys are windowed, as those of the table are. */
function slidingView(store: SlidingWindowStore<unknown, unknown>): TableView {
  return {
    get(key) {
      const { key: inner, window } = key as Windowed<unknown>;
      return store.get(inner, window.start);
    },
  };
}

/**
 * An aggregate by key and sliding window (Java: `KStreamSlidingWindowAggregate`). Each record makes the window that ends
 * with it, its left window, and the window that begins after it, its right window, which is there once it has a record.
 * So the window with the latest start up to a record has only later records.
 */
class SlidingAggregateProcessor extends NodeProcessor<SlidingAggregateNode> {
  readonly #store: SlidingWindowStore<unknown, unknown>;
  readonly #time: OperatorTime;
  readonly #sendsOldValues: boolean;
  readonly #late: LateRecords;
  readonly #differenceMs: number;
  /** The starts of the windows that are to be emitted. undefined unless results leave when their window closes. */
  readonly #open: TimedPlaces | undefined;
  /** Windows that end before this time have been emitted. */
  #closedBelow = NEVER;

  constructor(
    node: SlidingAggregateNode,
    store: SlidingWindowStore<unknown, unknown>,
    time: OperatorTime,
    sendsOldValues: boolean,
    context: TaskContext,
  ) {
    super(node, context);
    this.#store = store;
    this.#time = time;
    this.#sendsOldValues = sendsOldValues;
    this.#late = new LateRecords(node.name, node.late, context);
    this.#differenceMs = node.windows.timeDifferenceMs;
    this.#open = node.emit === 'onWindowClose' ? new TimedPlaces() : undefined;
  }

  override async init(): Promise<void> {
    if (this.#open === undefined) return;
    for (const { key, windowStart } of await this.#store.all()) {
      if (windowStart + this.#differenceMs >= this.#closedBelow) this.#addOpen(key, windowStart);
    }
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined || value === null || value === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    if (this.#time.heldBack) this.#close(NO_HEADERS);
    const add = (start: number, before: Row | null): void =>
      this.#add(key, value, timestamp, headers, start, before ?? this.#initial(timestamp));
    // Not even its right window would be open.
    if (timestamp + 1 + this.#differenceMs <= this.#closeTime) {
      this.#late.add(key, value, timestamp, this.node.windows.windowAt(timestamp + 1), headers);
    } else if (timestamp < this.#differenceMs) this.#aggregateEarly(key, timestamp, headers, add);
    else this.#aggregate(key, timestamp, headers, add);
    if (!this.#time.heldBack) this.#close(headers);
  }

  /** The windows are updated from the latest start to the earliest one, as in Java. */
  #aggregate(
    key: unknown,
    timestamp: number,
    headers: Headers,
    add: (start: number, before: Row | null) => void,
  ): void {
    const difference = this.#differenceMs;
    // The right window of the record itself is among them, if it is there.
    const starts = this.#store.starts(key, timestamp - 2 * difference, timestamp + 1).reverse();
    let right: number | undefined;
    let left: Row | null = null;
    let hasLeft = false;
    let previous: number | undefined;
    let rightRow: Row | null = null;
    for (const start of starts) {
      const end = start + difference;
      if (start > timestamp) continue;
      const row = this.#store.get(key, start);
      if (row === null) continue;
      if (end < timestamp) {
        left = row;
        previous = row.timestamp;
        break;
      }
      if (end === timestamp) {
        hasLeft = true;
        if (row.timestamp < timestamp) previous = row.timestamp;
      } else if (right === undefined) {
        right = start;
        rightRow = row;
        // The aggregator may change its argument.
        add(start, this.#store.get(key, start));
        continue;
      }
      add(start, row);
    }
    this.#addRightOfPrevious(starts, previous, timestamp, add);
    if (!hasLeft) {
      const isEmpty = previous === undefined || previous < timestamp - difference;
      add(timestamp - difference, isEmpty ? null : left);
    }
    this.#putRightOf(key, timestamp, headers, starts, rightRow);
  }

  /** The left window of a record near the epoch begins at 0, and is that of all such records. */
  #aggregateEarly(
    key: unknown,
    timestamp: number,
    headers: Headers,
    add: (start: number, before: Row | null) => void,
  ): void {
    const starts = this.#store.starts(key, 0, timestamp + 1);
    const combined = starts[0] === 0 ? this.#store.get(key, 0) : null;
    let rightRow: Row | null = null;
    for (const start of starts) {
      if (start === 0 || start > timestamp) continue;
      rightRow = this.#store.get(key, start);
      add(start, this.#store.get(key, start));
    }
    // If no window has only later records, the combined window has none that are earlier.
    if (rightRow === null && combined !== null && combined.timestamp > timestamp) rightRow = this.#store.get(key, 0);
    this.#putRightOf(key, timestamp, headers, starts, rightRow);
    if (combined !== null && combined.timestamp < timestamp) {
      this.#addRightOfPrevious(starts, combined.timestamp, timestamp, add);
    }
    add(0, combined);
  }

  /** The right window of the record before this one now has this one, if it did not have another. */
  #addRightOfPrevious(
    starts: readonly number[],
    previous: number | undefined,
    timestamp: number,
    add: (start: number, before: Row | null) => void,
  ): void {
    if (previous === undefined) return;
    const start = previous + 1;
    if (start + this.#differenceMs >= timestamp && !starts.includes(start)) add(start, null);
  }

  /** The right window of the record itself: what the records after it have made already. */
  #putRightOf(key: unknown, timestamp: number, headers: Headers, starts: readonly number[], row: Row | null): void {
    const start = timestamp + 1;
    if (row === null || row.timestamp <= timestamp || starts.includes(start)) return;
    this.#put(key, start, row.value, row.timestamp);
    this.#forward(key, start, row.value, null, row.timestamp, headers);
  }

  #initial(timestamp: number): Row {
    return { value: synchronous(this.node.initializer?.(), 'the initializer') ?? null, timestamp };
  }

  #add(key: unknown, value: unknown, timestamp: number, headers: Headers, start: number, before: Row): void {
    const window = this.node.windows.windowAt(start);
    if (window.end < this.#closeTime) {
      this.#late.add(key, value, timestamp, window, headers);
      return;
    }
    const old = this.#sendsOldValues ? copyOf(this.node, before.value) : null;
    const isFirst = before.value === null;
    const aggregate =
      isFirst && this.node.initializer === undefined
        ? value
        : (synchronous(this.node.aggregator(key, value, before.value, timestamp), 'the aggregator') ?? null);
    const latest = isFirst ? timestamp : Math.max(before.timestamp, timestamp);
    this.#put(key, start, aggregate, latest);
    this.#forward(key, start, aggregate, old, latest, headers);
  }

  #put(key: unknown, start: number, value: unknown, timestamp: number): void {
    this.#store.observe(Math.min(start, this.#time.inputWatermark));
    this.#store.put(key, start, value, timestamp);
    this.#addOpen(key, start);
  }

  #forward(
    key: unknown,
    start: number,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    headers: Headers,
  ): void {
    if (this.#open !== undefined) return;
    const windowed = { key, window: this.node.windows.windowAt(start) };
    this.processorNode.forward(windowed, { newValue, oldValue }, timestamp, headers);
  }

  #addOpen(key: unknown, start: number): void {
    this.#open?.add({ time: start, key, row: keyToStateKey(this.node.store.keySerde, key) });
  }

  /** Windows that end before this time take no more records. */
  get #closeTime(): number {
    return this.#time.inputWatermark - this.node.windows.graceMs;
  }

  /** Emits each window that has closed, by its start, then by the bytes of the key. */
  #close(headers: Headers): void {
    const open = this.#open;
    if (open === undefined) return;
    const before = this.#closeTime;
    for (let place = open.first; place !== undefined; place = open.first) {
      const window = this.node.windows.windowAt(place.time);
      if (window.end >= before) break;
      open.remove(place.time, place.row);
      const row = this.#store.get(place.key, place.time);
      // One that has left the store in the same jump of time is not emitted, as in Java.
      if (row === null) continue;
      const change = { newValue: row.value, oldValue: null };
      const windowed = { key: place.key, window };
      this.emitting(() => this.processorNode.forward(windowed, change, row.timestamp, headers));
    }
    if (before > this.#closedBelow) this.#closedBelow = before;
  }

  override beforeCommit(): void {
    this.#close(NO_HEADERS);
    this.#time.advanceOutput(this.#time.inputWatermark);
  }

  override get timeName(): string {
    const { part, store } = this.node;
    return part === undefined ? store.name : `${store.name}/${part}`;
  }

  override saveTime(): SavedTime {
    return { ...this.#time.save(), closedBelow: this.#closedBelow, observedStart: this.#store.observedStart };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
    this.#closedBelow = savedNumber(saved, 'closedBelow');
    this.#store.observe(savedNumber(saved, 'observedStart'));
  }
}

/** A copy that the aggregator can't change. */
function copyOf({ store }: SlidingAggregateNode, value: unknown): unknown {
  return value === null ? null : store.valueSerde.deserialize(store.valueSerde.serialize(value));
}
