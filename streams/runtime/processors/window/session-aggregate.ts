import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { Session, SessionStore } from '../../../../stores/kinds/session.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { SessionAggregateNode } from '../../../dsl/graph/node.js';
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
import type { SessionReach } from './session-reach.js';

export const compileSessionAggregate: Compile<SessionAggregateNode> = (node, site) => {
  const { kind, keySerde, valueSerde } = node.store;
  const store = kind.open(site.bytesOf(node.store), keySerde, valueSerde);
  const time = new OperatorTime(site.frontier, node.windows.closeOnIdle);
  const reach = site.sessionReach(node.store);
  const processor = new SessionAggregateProcessor(node, store, reach, time, site.sendsOldValues, site.context);
  site.place(processor, { frontier: [time] });
  site.showTable(sessionView(store));
};

/** The keys are windowed, as those of the table are. The timestamp of a session is its end. */
function sessionView(store: SessionStore<unknown, unknown>): TableView {
  return {
    get(key) {
      const { key: inner, window } = key as Windowed<unknown>;
      const session = store.endingAt(inner, window.end);
      return session?.start === window.start ? { value: session.value, timestamp: window.end } : null;
    },
  };
}

/** An aggregate by key and session (Java: `KStreamSessionWindowAggregate`). */
class SessionAggregateProcessor extends NodeProcessor<SessionAggregateNode> {
  readonly #store: SessionStore<unknown, unknown>;
  readonly #reach: SessionReach;
  readonly #time: OperatorTime;
  readonly #sendsOldValues: boolean;
  readonly #late: LateRecords;
  /** The ends of the sessions that are to be emitted. undefined unless results leave when their session closes. */
  readonly #open: TimedPlaces | undefined;
  /** Sessions that end before this time have been emitted. */
  #closedBelow = NEVER;

  constructor(
    node: SessionAggregateNode,
    store: SessionStore<unknown, unknown>,
    reach: SessionReach,
    time: OperatorTime,
    sendsOldValues: boolean,
    context: TaskContext,
  ) {
    super(node, context);
    this.#store = store;
    this.#reach = reach;
    this.#time = time;
    this.#sendsOldValues = sendsOldValues;
    this.#late = new LateRecords(node.name, node.late, context);
    this.#open = node.emit === 'onWindowClose' ? new TimedPlaces() : undefined;
  }

  override async init(): Promise<void> {
    if (this.#open === undefined) return;
    for (const { key, end } of await this.#store.all()) if (end >= this.#closedBelow) this.#addOpen(key, end);
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    this.#reach.observeTime(timestamp);
    if (this.#time.heldBack) this.#close(NO_HEADERS);
    this.#aggregate(key, value, timestamp, headers);
    if (!this.#time.heldBack) this.#close(headers);
  }

  #aggregate(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { gapMs } = this.node.windows;
    const latestEnd = Math.max(timestamp, this.#reach.latestEnd(timestamp + gapMs));
    const found = this.#store.find(key, timestamp - gapMs, timestamp + gapMs, latestEnd);
    let [start, end] = [timestamp, timestamp];
    let aggregate = this.#initial();
    for (const session of found) {
      aggregate = this.#merged(key, aggregate, session.value);
      start = Math.min(start, session.start);
      end = Math.max(end, session.end);
    }
    if (end < this.#closeTime) {
      this.#late.add(key, value, timestamp, { start, end }, headers);
      return;
    }
    // A function that throws changes nothing.
    const result = this.#added(key, value, aggregate, timestamp);
    const isExtended = start !== timestamp || end !== timestamp;
    // Mostly one session becomes longer. Then its row is read and written once.
    const replaced = result !== null && found.length === 1 && isLonger(found[0], start, end) ? found[0] : undefined;
    const replacedValue = replaced === undefined ? null : this.#oldValue(key, replaced.end);
    if (isExtended && replaced === undefined) for (const session of found) this.#remove(key, session);
    this.#reach.observeLength(end - start);
    this.#store.observe(Math.min(end, this.#expiryTime));
    if (result === null) this.#store.remove(key, end);
    else if (replaced !== undefined) this.#store.replace(key, replaced.end, { start, end, value: result });
    else if (found.length === 0) this.#store.add(key, { start, end, value: result });
    else this.#store.put(key, { start, end, value: result });
    if (isExtended && replaced !== undefined) this.#removed(key, replaced, replacedValue);
    this.#addOpen(key, end);
    this.#forward(key, start, end, result, null);
  }

  #initial(): unknown {
    return synchronous(this.node.initializer?.(), 'the initializer') ?? null;
  }

  #merged(key: unknown, left: unknown, right: unknown): unknown {
    if (left === null) return right;
    return synchronous(this.node.merger(key, left, right), 'the merger') ?? null;
  }

  #added(key: unknown, value: unknown, aggregate: unknown, timestamp: number): unknown {
    if (aggregate === null && this.node.initializer === undefined) return value ?? null;
    return synchronous(this.node.aggregator(key, value, aggregate, timestamp), 'the aggregator') ?? null;
  }

  #remove(key: unknown, session: Session<unknown>): void {
    const value = this.#oldValue(key, session.end);
    this.#store.remove(key, session.end);
    this.#removed(key, session, value);
  }

  /** The value that is sent with a tombstone. It is read again, because the aggregator may have changed it. */
  #oldValue(key: unknown, end: number): unknown {
    return this.#sendsOldValues ? (this.#store.endingAt(key, end)?.value ?? null) : null;
  }

  #removed(key: unknown, { start, end }: Session<unknown>, value: unknown): void {
    this.#open?.remove(end, keyToStateKey(this.node.store.keySerde, key));
    this.#forward(key, start, end, null, value);
  }

  #forward(key: unknown, start: number, end: number, newValue: unknown, oldValue: unknown): void {
    if (this.#open !== undefined) return;
    const change = { newValue, oldValue };
    this.processorNode.forward({ key, window: { start, end } }, change, end, NO_HEADERS);
  }

  #addOpen(key: unknown, end: number): void {
    this.#open?.add({ time: end, key, row: keyToStateKey(this.node.store.keySerde, key) });
  }

  /** Sessions that end before this time take no more records. */
  get #closeTime(): number {
    return this.#time.inputWatermark - this.node.windows.graceMs - this.node.windows.gapMs;
  }

  /**
   * Java expires a session one millisecond before it closes, so a jump of time may lose it. Where the time is held back,
   * a session is kept until it was emitted.
   */
  get #expiryTime(): number {
    return this.#open !== undefined && this.#time.heldBack ? this.#time.inputWatermark - 1 : this.#time.inputWatermark;
  }

  /** Emits each session that has closed, by its end, then by the bytes of the key. */
  #close(headers: Headers): void {
    const open = this.#open;
    if (open === undefined) return;
    const before = this.#closeTime;
    for (let place = open.first; place !== undefined && place.time < before; place = open.first) {
      open.remove(place.time, place.row);
      const session = this.#store.endingAt(place.key, place.time);
      // One that has left the store in the same jump of time is not emitted, as in Java.
      if (session === undefined) continue;
      const { start, end, value } = session;
      const windowed = { key: place.key, window: { start, end } };
      this.emitting(() => this.processorNode.forward(windowed, { newValue: value, oldValue: null }, end, headers));
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
    const { observedEnd } = this.#store;
    return { ...this.#time.save(), closedBelow: this.#closedBelow, observedEnd, longestMs: this.#reach.longestMs };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
    this.#closedBelow = savedNumber(saved, 'closedBelow');
    this.#store.observe(savedNumber(saved, 'observedEnd'));
    this.#reach.observeTime(this.#time.streamTime);
    this.#reach.observeLength(savedNumber(saved, 'longestMs'));
  }
}

/** One that stays as it is leaves its store for as long as its tombstone is on its way: a join finds no row then. */
function isLonger(session: Session<unknown> | undefined, start: number, end: number): boolean {
  return session !== undefined && (session.start !== start || session.end !== end);
}
