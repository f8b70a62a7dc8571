import type { GraphNode, StoreSpec } from '../graph/node.js';
import type { AggregatedGroup, GroupAggregator, GroupedSource } from './grouped-source.js';

/** Adds an aggregation by window for each group of the source, all on one store. Returns the node of their table. */
export function addForEachGroup<K, V>(
  source: GroupedSource<K, V>,
  store: StoreSpec,
  aggregator: GroupAggregator,
  add: (group: AggregatedGroup & { readonly aggregator: GroupAggregator }) => GraphNode,
): GraphNode {
  const nodes = source
    .groupsFor(store.name)
    .map(group => add({ ...group, aggregator: group.aggregator ?? aggregator }));
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return only;
  return source.graph.add('COGROUPKSTREAM-MERGE', undefined, { kind: 'tableMerge', parents: nodes });
}
