import { type Graph, TopologyError } from '../graph/graph.js';
import type { GraphNode, RepartitionNode } from '../graph/node.js';
import type { AnyPartitioner } from '../options/stream-partitioner.js';
import { synchronousSerde } from '../options/synchronous.js';
import { type Serde, Serdes } from '../serde/serdes.js';

/** The serdes of a stream. One is absent after an operator that made other keys or other values. */
export interface KnownSerdes<K, V> {
  readonly keySerde?: Serde<K>;
  readonly valueSerde?: Serde<V>;
}

export interface SerdePair<K, V> {
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
}

/**
 * The serdes of the options. Where these have none, the known serdes. Where these have none either, text keys and JSON
 * values.
 */
export function serdesOr<K, V>(options: KnownSerdes<K, V>, known: KnownSerdes<K, V>): SerdePair<K, V> {
  return {
    keySerde: checked(options.keySerde) ?? known.keySerde ?? (Serdes.string() as unknown as Serde<K>),
    valueSerde: checked(options.valueSerde) ?? known.valueSerde ?? Serdes.json<V>(),
  };
}

/** The serdes that the options have. */
export function givenSerdes<K, V>({ keySerde, valueSerde }: KnownSerdes<K, V>): KnownSerdes<K, V> {
  const [key, value] = [checked(keySerde), checked(valueSerde)];
  return { ...(key && { keySerde: key }), ...(value && { valueSerde: value }) };
}

/** The same serde for values that are not null. A serde is never called with null, so the bytes are the same. */
export function notNull<T>(serde: Serde<T>): Serde<NonNullable<T>> {
  return serde as Serde<NonNullable<T>>;
}

/** The serdes of the library are synchronous and need no check, which would cost something for each record. */
function checked<T>(serde: Serde<T> | undefined): Serde<T> | undefined {
  return serde === undefined ? serde : synchronousSerde(serde);
}

export interface RepartitionSettings {
  /** undefined: as the inputs that it is co-partitioned with. */
  readonly partitions?: number | undefined;
  /** Default: false. */
  readonly keepsNullKeys?: RepartitionNode['keepsNullKeys'];
  readonly partitioner?: AnyPartitioner | undefined;
}

/**
 * Throws a TopologyError if another repartition topic has the name, or if the number of partitions is not a positive
 * whole number.
 */
export function addRepartition<K, V>(
  graph: Graph,
  parent: GraphNode,
  repartition: string,
  serdes: SerdePair<K, V>,
  { partitions, keepsNullKeys = false, partitioner }: RepartitionSettings = {},
): GraphNode {
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions > 0)) {
    throw new TopologyError(`numberOfPartitions of ${repartition}: ${partitions} is not a positive whole number`);
  }
  graph.reserve(repartition, 'repartition topic');
  return graph.add('KSTREAM-REPARTITION', undefined, {
    kind: 'repartition',
    parents: [parent],
    repartition,
    ...serdes,
    partitions,
    keepsNullKeys,
    partitioner,
  });
}
