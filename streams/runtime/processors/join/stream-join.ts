import type { TimeBucketsStore } from '../../../../stores/kinds/time-buckets-store.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { JoinedSide, StreamJoinNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { END_OF_TIME, NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { LateRecords } from '../late-records.js';
import { NodeProcessor, type Processor } from '../processor.js';
import type { Compile, Site } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { type Release, type Side, WaitingRecords, type WaitingSide } from './waiting-records.js';

export const compileStreamJoin: Compile<StreamJoinNode> = (node, site) => {
  const [leftFeeder, rightFeeder] = site.feeders;
  if (leftFeeder === undefined || rightFeeder === undefined) throw new Error(`${node.name}: a parent is missing`);
  const join = new Join(node, site);
  const left = new JoinedRecords(join, 'left', site.context);
  const right = new JoinedRecords(join, 'right', site.context);
  site.insert(new StoredRecords(join, 'left', site.context), leftFeeder);
  site.insert(new StoredRecords(join, 'right', site.context), rightFeeder);
  for (const side of [left, right]) site.insert(side, join.recordsOf(side.side));
  site.place(new JoinMerge(join, site.context), { after: [left, right], frontier: [join.time] });
};

/** What the two sides of a join share. */
class Join {
  readonly node: StreamJoinNode;
  readonly time: OperatorTime;
  readonly waiting: WaitingRecords;
  readonly stores: Readonly<Record<Side, TimeBucketsStore<unknown, unknown>>>;
  readonly #records = new Map<Side, StoredRecords>();

  constructor(node: StreamJoinNode, site: Site) {
    this.node = node;
    this.time = new OperatorTime(site.frontier, node.windows.closeOnIdle);
    const open = ({ kind, keySerde, valueSerde }: JoinedSide['store'], spec: JoinedSide['store']) =>
      kind.open(site.bytesOf(spec), keySerde, valueSerde);
    const { left, right } = node;
    this.stores = { left: open(left.store, left.store), right: open(right.store, right.store) };
    const waitingOf = (side: Side): WaitingSide | undefined => {
      const { waiting } = node[side];
      if (waiting === undefined) return undefined;
      const waitsMs = this.reachOf(side) + node.windows.graceMs;
      return { store: open(waiting, waiting), keys: waiting.keySerde, waitsMs };
    };
    const [waitingLeft, waitingRight] = [waitingOf('left'), waitingOf('right')];
    this.waiting = new WaitingRecords({
      ...(waitingLeft && { left: waitingLeft }),
      ...(waitingRight && { right: waitingRight }),
    });
  }

  register(side: Side, records: StoredRecords): void {
    this.#records.set(side, records);
  }

  recordsOf(side: Side): StoredRecords {
    const records = this.#records.get(side);
    if (records === undefined) throw new Error(`${this.node.name}: no ${side} side`);
    return records;
  }

  /** How much earlier a record of the other side may be, seen from this one. */
  lookBackOf(side: Side): number {
    const { beforeMs, afterMs } = this.node.windows;
    return side === 'left' ? beforeMs : afterMs;
  }

  /** How much later a record of the other side may be. */
  reachOf(side: Side): number {
    return this.lookBackOf(otherSide(side));
  }

  joined(side: Side, key: unknown, own: unknown, other: unknown): unknown {
    const { joiner } = this.node;
    return synchronous(side === 'left' ? joiner(own, other, key) : joiner(other, own, key), 'the joiner');
  }

  /** Sends a record that comes out alone. If the joiner throws, that is an error of this record, and of no other. */
  releasing(processor: Processor, headers: Headers): Release {
    return (side, key, value, timestamp) =>
      processor.emitting(() => {
        let result: unknown;
        try {
          result = this.joined(side, key, value, null);
        } catch (thrown) {
          processor.failed(thrown, { key, value, timestamp, headers });
          return;
        }
        processor.processorNode.forward(key, result, timestamp, headers);
      });
  }

  /** Milliseconds that a record is kept for the other side. */
  get retentionMs(): number {
    const { sizeMs, graceMs } = this.node.windows;
    return sizeMs + graceMs;
  }
}

function otherSide(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

/**
 * Keeps the records of one side for the other one (Java: `KStreamJoinWindow`). A record is kept after it was joined, so
 * in a join of a stream with itself it meets itself once.
 */
class StoredRecords extends NodeProcessor<StreamJoinNode> {
  readonly #join: Join;
  readonly #side: Side;
  readonly #store: TimeBucketsStore<unknown, unknown>;
  readonly #late: LateRecords;
  #highest = NEVER;

  constructor(join: Join, side: Side, context: TaskContext) {
    super(join.node, context);
    this.#join = join;
    this.#side = side;
    this.#store = join.stores[side];
    this.#late = new LateRecords(join.node.name, join.node.late?.[side], context);
    join.register(side, this);
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(key, value, timestamp, headers);
    if (key === null || key === undefined || value === null || value === undefined) return;
    if (timestamp < this.#store.expiredBelow) {
      const start = timestamp - this.#join.lookBackOf(this.#side);
      this.#late.add(key, value, timestamp, { start, end: timestamp + this.#join.reachOf(this.#side) }, headers);
      return;
    }
    this.#store.put(key, timestamp, value);
    if (timestamp > this.#highest) this.#highest = timestamp;
    this.#expire();
  }

  #expire(): void {
    const { time, retentionMs } = this.#join;
    this.#store.expireBelow(Math.min(this.#highest, time.inputWatermark) - retentionMs + 1);
  }

  protected override inputSerdes(): InputSerdes {
    return this.node[this.#side].store;
  }

  override get timeName(): string {
    return this.node[this.#side].store.name;
  }

  override saveTime(): SavedTime | undefined {
    return this.#highest === NEVER ? undefined : { highest: this.#highest, expiredBelow: this.#store.expiredBelow };
  }

  override resumeTime(saved: SavedTime): void {
    this.#highest = savedNumber(saved, 'highest');
    this.#store.expireBelow(savedNumber(saved, 'expiredBelow'));
  }
}

/** Joins the records of one side with those of the other one (Java: `KStreamKStreamJoin`). */
class JoinedRecords extends NodeProcessor<StreamJoinNode> {
  readonly side: Side;
  readonly #join: Join;

  constructor(join: Join, side: Side, context: TaskContext) {
    super(join.node, context);
    this.#join = join;
    this.side = side;
  }

  override get isDescribed(): boolean {
    return false;
  }

  protected override inputSerdes(): InputSerdes {
    return this.node[this.side].store;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { time, waiting } = this.#join;
    const { side, processorNode } = this;
    time.observe(timestamp);
    const hasValue = value !== null && value !== undefined;
    if (key === null || key === undefined || !hasValue) {
      if (hasValue && waiting.waits(side)) {
        processorNode.forward(null, this.#join.joined(side, null, value, null), timestamp, headers);
      } else this.context.dropped();
      return;
    }
    if (time.heldBack || timestamp === time.streamTime) this.#release(headers);
    const to = Math.max(0, timestamp + this.#join.reachOf(side));
    if (this.#joinWithOthers(key, value, timestamp, to, headers) || !waiting.waits(side)) return;
    // It is too late for a record that would still be found.
    if (to < time.inputWatermark) {
      processorNode.forward(key, this.#join.joined(side, key, value, null), timestamp, headers);
    } else waiting.add(side, key, value, timestamp);
  }

  /** Returns false if there is no other record. */
  #joinWithOthers(key: unknown, value: unknown, timestamp: number, to: number, headers: Headers): boolean {
    const other = otherSide(this.side);
    const from = Math.max(0, timestamp - this.#join.lookBackOf(this.side));
    let found = false;
    for (const entry of this.#join.stores[other].fetch(key, from, to)) {
      found = true;
      const { time } = entry;
      this.#join.waiting.found(other, key, time);
      const result = this.#join.joined(this.side, key, value, entry.value);
      this.processorNode.forward(key, result, Math.max(timestamp, time), headers);
    }
    return found;
  }

  #release(headers: Headers): void {
    const { time, waiting, node } = this.#join;
    const now = time.inputWatermark;
    if (!time.heldBack && !waiting.mayHaveEnded(now, this.#join.reachOf(this.side) + node.windows.graceMs)) return;
    waiting.release(now, this.#join.releasing(this, headers));
  }
}

/** The results of both sides. */
class JoinMerge extends NodeProcessor<StreamJoinNode> {
  readonly #join: Join;

  constructor(join: Join, context: TaskContext) {
    super(join.node, context);
    this.#join = join;
  }

  override async init(): Promise<void> {
    await this.#join.waiting.init();
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(key, value, timestamp, headers);
  }

  /** Time that is held back also advances without a record of the join. */
  override beforeCommit(): void {
    const { time, waiting } = this.#join;
    const now = time.inputWatermark;
    if (time.heldBack) {
      waiting.release(now, this.#join.releasing(this, NO_HEADERS));
    }
    const promised = now === END_OF_TIME ? now : now - this.#longestWaitMs;
    // With one task before it, a record may wait longer than its time: until the other side looks.
    time.advanceOutput(Math.max(NEVER, Math.min(promised, waiting.earliest - 1)));
  }

  /** A record that comes out alone is older than the time that releases it. */
  get #longestWaitMs(): number {
    const { waiting, node } = this.#join;
    const waits = (['left', 'right'] as const)
      .filter(side => waiting.waits(side))
      .map(side => this.#join.reachOf(side) + node.windows.graceMs + 1);
    return Math.max(0, ...waits);
  }

  override get timeName(): string {
    return `${this.node.left.store.name}/join`;
  }

  override saveTime(): SavedTime | undefined {
    const { time, waiting } = this.#join;
    if (time.streamTime === NEVER) return undefined;
    return { ...time.save(), ...(Number.isFinite(waiting.lookedAt) && { lookedAt: waiting.lookedAt }) };
  }

  override resumeTime(saved: SavedTime): void {
    this.#join.time.resume(saved);
    const lookedAt = savedNumber(saved, 'lookedAt');
    this.#join.waiting.resume(lookedAt === NEVER ? Number.POSITIVE_INFINITY : lookedAt);
  }
}
