import { KeyValueKind } from '../../../stores/kinds/key-value.js';
import { RankedKind } from '../../../stores/kinds/ranked.js';
import type { Change } from '../graph/change.js';
import type { GraphNode } from '../graph/node.js';
import type { Materialized } from '../options/options.js';
import type { Scored } from '../options/scored.js';
import { pairSerde } from '../serde/pair-serde.js';
import { type Serde, Serdes } from '../serde/serdes.js';
import { rowChangeSerde } from './change-serde.js';
import type { GroupedSource } from './grouped-source.js';
import { addRepartition, type SerdePair, serdesOr } from './repartition.js';
import { scoredSerde } from './scored-serde.js';
import { keyValueStore, onlyStore, storeSpec } from './store-spec.js';
import { checkN, type Score, scoreOf } from './top-n.js';

interface Rows<V> {
  readonly rowSerde: Serde<unknown>;
  readonly valueSerde: Serde<V>;
}

/** Adds the `topN` of a grouped table. Returns its node, and the serdes of its lists. */
export function addTableTopN<K, V>(
  { graph, node: parent, serdes: grouped }: GroupedSource<K, Change<V>>,
  { rowSerde, valueSerde }: Rows<V>,
  n: number,
  score: Score,
  materialized: Materialized<K, readonly Scored<V>[]>,
): { readonly node: GraphNode; readonly serdes: SerdePair<K, readonly Scored<V>[]> } {
  const { as, logging = true, inMemory = false } = materialized;
  checkN(n, as);
  const serdes = serdesOr(materialized, { keySerde: grouped.keySerde, valueSerde: scoredSerde(valueSerde) });
  const { store, stores } = onlyStore(keyValueStore(graph, materialized, serdes));
  const { keySerde } = serdes;
  const ranked = storeSpec(
    graph,
    { as: `${as}-ranked`, logging, inMemory },
    { keySerde, valueSerde },
    new RankedKind(),
  );
  const scoreSerdes = { keySerde: pairSerde(keySerde, rowSerde), valueSerde: Serdes.double() };
  const scores = storeSpec(graph, { as: `${as}-scores`, logging, inMemory }, scoreSerdes, new KeyValueKind());
  const changes = { keySerde: grouped.keySerde, valueSerde: rowChangeSerde(rowSerde, valueSerde) };
  const node = graph.add('KTABLE-TOPN', materialized.name, {
    kind: 'tableTopN',
    parents: [addRepartition(graph, parent, as, changes)],
    store,
    ranked,
    scores,
    stores: Object.freeze([...stores, ranked, scores] as const),
    rowSerde,
    n,
    score: (group: unknown, value: unknown) => scoreOf(score, group, value, as),
  });
  return { node, serdes };
}
