import type { StateKey } from '../../../../stores/encoding/state-key.js';
import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { BufferedChange, SuppressionStore } from '../../../../stores/kinds/suppression.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { SuppressNode } from '../../../dsl/graph/node.js';
import type { Windowed } from '../../../dsl/windows/windows.js';
import type { Headers } from '../../../kafka/record.js';
import { StreamsError } from '../../errors.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NEVER, OperatorTime } from '../../time/time.js';
import { MinHeap } from '../min-heap.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';

/** A key keeps its place while it is in the buffer. */
interface Place {
  readonly bufferTime: number;
  readonly stateKey: StateKey;
}

/** Orders by buffer time, then by the bytes of the key. */
function before(a: Place, b: Place): boolean {
  return a.bufferTime === b.bufferTime ? a.stateKey < b.stateKey : a.bufferTime < b.bufferTime;
}

export const compileSuppress: Compile<SuppressNode> = (node, site) => {
  const closeOnIdle = node.until.kind === 'windowCloses' && node.until.closeOnIdle;
  const time = new OperatorTime(site.frontier, closeOnIdle);
  const { kind, keySerde, valueSerde } = node.store;
  const store = kind.open(site.bytesOf(node.store), keySerde, valueSerde);
  const processor = new SuppressProcessor(node, store, time, site.context, site.keepsPlaces);
  site.place(processor, { frontier: [time] });
  const view = site.viewOf(node.parents[0]);
  if (view !== undefined) site.showTable({ get: key => processor.rowOf(key, view) });
};

/**
 * Holds updates of a table, in memory and in its store (Java: `KTableSuppressProcessor`). Updates of one key replace
 * each other and keep their place.
 */
class SuppressProcessor extends NodeProcessor<SuppressNode> {
  readonly #store: SuppressionStore<unknown, unknown>;
  readonly #time: OperatorTime;
  /** True if somebody may ask where a record was read. */
  readonly #keepsPlace: boolean;
  readonly #buffer = new Map<StateKey, BufferedChange<unknown, unknown>>();
  /** The buffered updates, in the order in which they leave. */
  readonly #places = new MinHeap<Place>(before);

  constructor(
    node: SuppressNode,
    store: SuppressionStore<unknown, unknown>,
    time: OperatorTime,
    context: TaskContext,
    keepsPlace: boolean,
  ) {
    super(node, context);
    this.#keepsPlace = keepsPlace;
    this.#store = store;
    this.#time = time;
  }

  override async init(): Promise<void> {
    for (const [stateKey, buffered] of await this.#store.all()) {
      this.#buffer.set(stateKey, buffered);
      this.#places.push({ bufferTime: buffered.bufferTime, stateKey });
    }
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { until } = this.node;
    const change = value as Change<unknown>;
    this.#time.observe(timestamp);
    const bufferTime = until.kind === 'windowCloses' ? (key as Windowed<unknown>).window.end : timestamp;
    const stateKey = this.#store.stateKeyOf(key);
    const known = this.#buffer.get(stateKey);
    const priorValue = known === undefined ? change.oldValue : known.priorValue;
    const place = this.#keepsPlace ? this.context.recordMetadata : undefined;
    const buffered = {
      key,
      change,
      priorValue,
      timestamp,
      headers,
      bufferTime: known?.bufferTime ?? bufferTime,
      place,
    };
    // This comes first: if the changelog can't take the row, it throws, and nothing is buffered.
    this.#store.put(stateKey, buffered);
    this.#buffer.set(stateKey, buffered);
    if (known === undefined) this.#places.push({ bufferTime, stateKey });
    this.#emitDue();
    const { maxRecords, stopsWhenFull } = until;
    if (maxRecords === undefined || this.#buffer.size <= maxRecords) return;
    if (stopsWhenFull) {
      throw new StreamsError(`${this.name}: the buffer has more than ${maxRecords} records, and is to stop when full`);
    }
    while (this.#buffer.size > maxRecords) this.#emitFirst();
  }

  /** While an update is held back: the row before it, whose timestamp is not known (Java: -1). */
  rowOf(key: unknown, view: TableView): ValueAndTimestamp<unknown> | null {
    const held = this.#buffer.get(this.#store.stateKeyOf(key));
    if (held === undefined) return view.get(key);
    return held.priorValue === null ? null : { value: held.priorValue, timestamp: NEVER };
  }

  override beforeCommit(): void {
    this.#emitDue();
    this.#time.advanceOutput(this.#time.inputWatermark);
  }

  #emitDue(): void {
    const { until } = this.node;
    const limit = this.#time.inputWatermark - (until.kind === 'windowCloses' ? until.graceMs : until.ms);
    while (this.#isDueBy(limit)) this.#emitFirst();
  }

  #isDueBy(limit: number): boolean {
    const first = this.#places.peek();
    return first !== undefined && first.bufferTime <= limit;
  }

  #emitFirst(): void {
    const stateKey = this.#places.pop()?.stateKey;
    const buffered = stateKey === undefined ? undefined : this.#buffer.get(stateKey);
    if (stateKey === undefined || buffered === undefined) return;
    this.#store.delete(stateKey);
    const { key, change, timestamp, headers } = buffered;
    // A deleted window has no final result.
    if (change.newValue !== null || this.node.until.kind !== 'windowCloses') {
      // A join that the update reaches still sees the row before it, as in Java.
      this.context.emitting(buffered.place, () => this.processorNode.forward(key, change, timestamp, headers));
    }
    this.#buffer.delete(stateKey);
  }

  override get timeName(): string {
    return this.node.store.name;
  }

  override saveTime(): SavedTime | undefined {
    return this.#time.streamTime === NEVER ? undefined : this.#time.save();
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.resume(saved);
  }
}
