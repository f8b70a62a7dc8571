import type { GraphNode } from '../graph/node.js';
import { Serdes } from '../serde/serdes.js';
import { type AggregatedGroup, type GroupAggregator, GroupedSource } from './grouped-source.js';

/** A value of one of the groups, and how it is aggregated. */
export interface Cogrouped {
  readonly value: unknown;
  readonly aggregator: GroupAggregator;
}

/** @internal One of the groups of a cogroup. */
export interface CogroupPart<K> {
  readonly source: GroupedSource<K, unknown>;
  readonly aggregator: GroupAggregator;
}

/** @internal Several grouped streams before their one aggregation. */
export class CogroupedSource<K> extends GroupedSource<K, Cogrouped> {
  readonly #parts: readonly CogroupPart<K>[];

  constructor(parts: readonly [CogroupPart<K>, ...CogroupPart<K>[]]) {
    const [{ source }] = parts;
    const serdes = { keySerde: source.serdes.keySerde, valueSerde: Serdes.json<Cogrouped>() };
    super(source.graph, source.node, serdes, false, undefined);
    this.#parts = parts;
  }

  /** As in Java, each group has an aggregation of its own, with a time of its own, and all have one store. */
  override groupsFor(store: string): readonly AggregatedGroup[] {
    return this.#parts.map(({ source, aggregator }, part) => ({
      parent: this.#parentOf(store, part),
      serdes: source.serdes,
      aggregator,
      part,
    }));
  }

  /** The aggregations of several groups may change one row, so none of them can hold the last change. */
  override get isCacheable(): boolean {
    return this.#parts.length === 1;
  }

  /** For an aggregation without windows, which has no time. */
  override partitionedFor(store: string): GraphNode {
    const parents = this.#parts.map(({ aggregator }, part) =>
      this.graph.add('COGROUPKSTREAM-VALUES', undefined, {
        kind: 'mapValues',
        parents: [this.#parentOf(store, part)],
        mapper: (value: unknown): Cogrouped | null =>
          value === null || value === undefined ? null : { value, aggregator },
      }),
    );
    return this.graph.add('COGROUPKSTREAM-MERGE', undefined, { kind: 'merge', parents });
  }

  /** Each group moves to the partitions of its keys by itself, with its own serdes. */
  #parentOf(store: string, part: number): GraphNode {
    const source = this.#parts[part]?.source;
    if (source === undefined) throw new RangeError(`a cogroup has no group ${part}`);
    return source.partitionedFor(this.#parts.length === 1 ? store : `${store}-cogroup-${part}`);
  }
}
