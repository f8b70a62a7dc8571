import type { SavedTime } from '../../../audit/checkpoint.js';
import type { StreamTableJoinNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { END_OF_TIME, NEVER, OperatorTime } from '../../time/time.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, Site, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { heldRecordCodec, StreamTableBuffer } from './stream-table-buffer.js';

export const compileStreamTableJoin: Compile<StreamTableJoinNode> = (node, site) => {
  const [stream, table] = node.parents;
  const [feeder] = site.feeders;
  const view = site.viewOf(table);
  if (feeder === undefined || view === undefined) throw new Error(`${node.name}: its table has no rows`);
  // Updates of the table give no results, so they have no part in the time of the results.
  const frontier = site.frontierOf(stream);
  if (node.buffer === undefined) {
    site.place(new StreamTableJoinProcessor(node, view, site.context), { after: [feeder], frontier });
    return;
  }
  const time = new OperatorTime(frontier, node.buffer.closeOnIdle);
  const join = new BufferedStreamTableJoin(node, view, bufferOf(node.buffer, site), time, site);
  site.place(join, { after: [feeder], frontier: [time] });
};

function bufferOf({ store }: NonNullable<StreamTableJoinNode['buffer']>, site: Site): StreamTableBuffer {
  const { kind, keySerde, valueSerde } = store;
  return new StreamTableBuffer(kind.open(site.bytesOf(store), keySerde, heldRecordCodec(valueSerde)), keySerde);
}

/**
 * Joins each record with the row of its key (Java: `KStreamKTableJoinProcessor`): the present one, or that of the time of
 * the record if the table is versioned.
 */
class StreamTableJoinProcessor extends NodeProcessor<StreamTableJoinNode> {
  readonly #view: TableView;

  constructor(node: StreamTableJoinNode, view: TableView, context: TaskContext) {
    super(node, context);
    this.#view = view;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (this.isJoined(key, value)) this.join(key, value, timestamp, headers);
    else this.context.dropped();
  }

  protected isJoined(key: unknown, value: unknown): boolean {
    const hasKey = key !== null && key !== undefined;
    return value !== null && value !== undefined && (hasKey || this.node.joinType === 'left');
  }

  protected join(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { joinType, joiner } = this.node;
    const row = key === null || key === undefined ? null : this.#rowOf(key, timestamp);
    if (row === null && joinType === 'inner') return;
    this.processorNode.forward(key, synchronous(joiner(value, row, key), 'the joiner'), timestamp, headers);
  }

  #rowOf(key: unknown, timestamp: number): unknown {
    const { getAsOf } = this.#view;
    return (getAsOf === undefined ? this.#view.get(key) : getAsOf(key, timestamp))?.value ?? null;
  }
}

/** Records wait for the grace, so that rows of their time that come later are found (KIP-923). */
class BufferedStreamTableJoin extends StreamTableJoinProcessor {
  readonly #buffer: StreamTableBuffer;
  readonly #time: OperatorTime;
  readonly #graceMs: number;
  readonly #keepsPlaces: boolean;

  constructor(
    node: StreamTableJoinNode,
    view: TableView,
    buffer: StreamTableBuffer,
    time: OperatorTime,
    { context, keepsPlaces }: Site,
  ) {
    super(node, view, context);
    this.#keepsPlaces = keepsPlaces;
    this.#buffer = buffer;
    this.#time = time;
    this.#graceMs = node.buffer?.graceMs ?? 0;
  }

  override async init(): Promise<void> {
    await this.#buffer.init();
  }

  protected override inputSerdes(): InputSerdes {
    return this.node.buffer?.store ?? {};
  }

  override process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (!this.isJoined(key, value)) {
      this.context.dropped();
      return;
    }
    const hasKey = key !== null && key !== undefined;
    // The time is that of the records which have waited, as in Java (`RocksDBTimeOrderedKeyValueBuffer`).
    if (hasKey) this.#time.observe(timestamp);
    if (!hasKey || timestamp < this.#due) this.join(key, value, timestamp, headers);
    else {
      const place = this.#keepsPlaces ? this.context.recordMetadata : undefined;
      this.#buffer.add(key, timestamp, { value, headers, place });
    }
    this.#release();
  }

  /** Records up to this time need not wait. */
  get #due(): number {
    const { inputWatermark } = this.#time;
    return inputWatermark === END_OF_TIME ? END_OF_TIME : inputWatermark - this.#graceMs;
  }

  #release(): void {
    this.#buffer.releaseUpTo(this.#due, (key, { value, headers, place }, timestamp) =>
      this.context.emitting(place, () => {
        try {
          this.join(key, value, timestamp, headers);
        } catch (thrown) {
          // An error of this record, and not of the one that has let it go.
          this.failed(thrown, { key, value, timestamp, headers });
        }
      }),
    );
  }

  override beforeCommit(): void {
    if (this.#time.heldBack) this.#release();
    this.#time.advanceOutput(Math.max(NEVER, this.#due));
  }

  override get timeName(): string | undefined {
    return this.node.buffer?.store.name;
  }

  override saveTime(): SavedTime | undefined {
    return this.#time.streamTime === NEVER ? undefined : this.#time.save();
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
  }
}
