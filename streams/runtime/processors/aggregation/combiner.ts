import { keyToStateKey } from '../../../../stores/encoding/state-key.js';
import type { SavedTime } from '../../../audit/checkpoint.js';
import type { AggregationNode, WindowAggregateNode } from '../../../dsl/graph/node.js';
import type { Windows } from '../../../dsl/windows/windows.js';
import { type Headers, keptHeaders } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { recordBytes } from '../../output/record-collector.js';
import { NEVER, OperatorTime, savedNumber } from '../../time/time.js';
import { HeldTime } from '../held-time.js';
import { LateRecords } from '../late-records.js';
import { Processor } from '../processor.js';
import type { Placement, Site } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { AggregateSize } from './aggregate-size.js';
import { aggregateOf, initial } from './aggregation.js';
import { NO_WINDOW, PartialAggregate } from './partial-aggregate.js';

interface Partial {
  readonly key: unknown;
  readonly windowStart: number;
  aggregate: unknown;
  timestamp: number;
  records: number;
  /** Those of the last record. */
  headers: Headers;
  /** Estimate of the memory of the aggregate. */
  bytes: number;
}

/**
 * Memory of a partial aggregate beside its key and its aggregate: a slot of the map and the object (measured with Node
 * 20: 165).
 */
export const PARTIAL_OVERHEAD_BYTES = 170;

/** True if values of the aggregation are aggregated before they move. */
export function isCombined({ combiner, store }: AggregationNode, site: Site): boolean {
  return combiner !== undefined && store.cached && site.caching;
}

/** Inserts a combiner after a feeder of the site. */
export function insertCombiner(node: AggregationNode, site: Site, after: Processor): Combiner {
  const time = new OperatorTime(site.frontier, windowed(node) && node.windows.closeOnIdle);
  const combiner = new Combiner(node, time, site.context);
  site.insert(combiner, after);
  return combiner;
}

/**
 * The processors and the time before an aggregation. If records reach it without a repartition, and it is combined,
 * these are its own combiner. Rows that others look up are not combined: they must be there at once, as with Java's cache.
 */
export function beforeAggregation(node: AggregationNode, site: Site): Required<Placement> {
  const { feeders, frontier } = site;
  if (!isCombined(node, site) || site.isLookedUp || node.parents[0]?.kind === 'repartition')
    return { after: feeders, frontier };
  const helds = feeders.map(feeder => {
    const combiner = insertCombiner(node, site, feeder);
    const held = new HeldTime(`${combiner.name}-held`, `${combiner.timeName}/held`, frontier, site.context);
    site.insert(held, combiner);
    return held;
  });
  return { after: helds, frontier: helds };
}

/**
 * Aggregates the values of an associative aggregation within one transaction, before they move. So the repartition
 * topic gets one partial aggregate for each key and window, and not each record. A combiner is empty after each commit,
 * so it has nothing to restore.
 */
export class Combiner extends Processor {
  readonly #node: AggregationNode;
  readonly #time: OperatorTime;
  readonly #windows: Windows | undefined;
  readonly #late: LateRecords;
  readonly #size: AggregateSize;
  #bytes = 0;
  #partials = new Map<number, Map<unknown, Partial>>();

  constructor(node: AggregationNode, time: OperatorTime, context: TaskContext) {
    super(`${node.name}-combiner`, context);
    this.#node = node;
    this.#time = time;
    const { windows, late } = windowed(node) ? node : { windows: undefined, late: undefined };
    this.#windows = windows;
    this.#late = new LateRecords(node.name, late, context);
    this.#size = new AggregateSize(node.store.valueSerde);
  }

  override get isDescribed(): boolean {
    return false;
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.#node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const windows = this.#windows;
    if (key === null || key === undefined || (windows === undefined && (value === null || value === undefined))) {
      this.context.dropped();
      return;
    }
    this.#time.observe(timestamp);
    if (windows === undefined) {
      this.#combine(NO_WINDOW, key, value, timestamp, headers);
      return;
    }
    const inputWatermark = this.#time.inputWatermark;
    for (let start = windows.firstStartFor(timestamp); start <= timestamp; start += windows.advanceMs) {
      if (windows.isClosed(start, inputWatermark))
        this.#late.add(key, value, timestamp, windows.windowAt(start), headers);
      else this.#combine(start, key, value, timestamp, headers);
    }
  }

  #combine(windowStart: number, key: unknown, value: unknown, timestamp: number, ofRecord: Headers): void {
    const headers = keptHeaders(ofRecord);
    let window = this.#partials.get(windowStart);
    if (window === undefined) {
      window = new Map();
      this.#partials.set(windowStart, window);
    }
    const identity = typeof key === 'object' ? keyToStateKey(this.#node.store.keySerde, key) : key;
    const partial = window.get(identity);
    if (partial === undefined) {
      const aggregate = aggregateOf(this.#node, key, value, initial(this.#node), timestamp);
      const bytes = this.#size.ofNew(aggregate);
      window.set(identity, { key, windowStart, aggregate, timestamp, records: 1, headers, bytes });
      this.#bytes += PARTIAL_OVERHEAD_BYTES + (typeof identity === 'string' ? identity.length : 0) + bytes;
      this.#bytes += recordBytes(null, null, headers);
      return;
    }
    partial.aggregate = aggregateOf(this.#node, key, value, partial.aggregate, timestamp);
    if (timestamp > partial.timestamp) partial.timestamp = timestamp;
    partial.records++;
    const bytes = this.#size.ofGrown(partial.aggregate, partial.records, partial.bytes);
    this.#bytes += bytes - partial.bytes + recordBytes(null, null, headers) - recordBytes(null, null, partial.headers);
    partial.bytes = bytes;
    partial.headers = headers;
  }

  override get keptBytes(): number {
    return this.#bytes;
  }

  override beforeCommit(): void {
    // An aggregate of only null values, which a reduce may have, adds nothing to an existing aggregate.
    const partials = [...this.#partials.values()].flatMap(window =>
      [...window.values()].filter(({ aggregate }) => aggregate !== null && aggregate !== undefined),
    );
    this.#partials = new Map();
    this.#bytes = 0;
    // An operator after them that goes by stream time must not get a later one first.
    partials.sort((a, b) => a.timestamp - b.timestamp);
    for (const { key, windowStart, aggregate, timestamp, records, headers } of partials) {
      const partial = new PartialAggregate(windowStart, aggregate, records);
      this.processorNode.forward(key, partial, timestamp, headers);
    }
  }

  override get timeName(): string {
    return `${this.#node.store.name}/combiner`;
  }

  override saveTime(): SavedTime | undefined {
    return this.#time.streamTime === NEVER ? undefined : { streamTime: this.#time.streamTime };
  }

  override resumeTime(saved: SavedTime): void {
    this.#time.observe(savedNumber(saved, 'streamTime'));
  }
}

function windowed(node: AggregationNode): node is WindowAggregateNode {
  return node.kind === 'windowAggregate';
}
