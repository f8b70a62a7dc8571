import type { GraphNode } from '../graph/node.js';
import { Serdes } from '../serde/serdes.js';
import { GroupedSource } from './grouped-source.js';

/** A value of one of the groups, and how it is aggregated. */
export interface Cogrouped {
  readonly value: unknown;
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
}

/** @internal One of the groups of a cogroup. */
export interface CogroupPart<K> {
  readonly source: GroupedSource<K, unknown>;
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
}

/** @internal Several grouped streams before their one aggregation. */
export class CogroupedSource<K> extends GroupedSource<K, Cogrouped> {
  readonly #parts: readonly CogroupPart<K>[];
  readonly #keepsNullValues: boolean;

  /** With `keepsNullValues` the aggregation also gets null values, as those by window do. */
  constructor(parts: readonly [CogroupPart<K>, ...CogroupPart<K>[]], keepsNullValues: boolean) {
    const [{ source }] = parts;
    const serdes = { keySerde: source.serdes.keySerde, valueSerde: Serdes.json<Cogrouped>() };
    super(source.graph, source.node, serdes, false, undefined);
    this.#parts = parts;
    this.#keepsNullValues = keepsNullValues;
  }

  /** Each group moves to the partitions of its keys by itself, with its own serdes. */
  override partitionedFor(store: string): GraphNode {
    const parents = this.#parts.map(({ source, aggregator }, index) =>
      this.graph.add('COGROUPKSTREAM-VALUES', undefined, {
        kind: 'mapValues',
        parents: [source.partitionedFor(this.#parts.length === 1 ? store : `${store}-cogroup-${index}`)],
        mapper: (value: unknown): Cogrouped | null =>
          (value === null || value === undefined) && !this.#keepsNullValues ? null : { value, aggregator },
      }),
    );
    return this.graph.add('COGROUPKSTREAM-MERGE', undefined, { kind: 'merge', parents });
  }
}
