import { TopologyError } from '../graph/graph.js';
import type { EmitStrategy, GraphNode } from '../graph/node.js';
import type { StoreSpec } from '../processor/store-spec.js';
import type { AggregatedGroup, GroupedSource, TimedAggregator } from './grouped-source.js';

/**
 * Adds an aggregation by window for each group of the source, all on one store. Returns the node of their table. Throws a
 * TopologyError for `onWindowClose` with several groups.
 */
export function addForEachGroup<K, V>(
  source: GroupedSource<K, V>,
  store: StoreSpec,
  aggregator: TimedAggregator,
  emit: EmitStrategy,
  add: (group: AggregatedGroup & { readonly aggregator: TimedAggregator }) => GraphNode,
): GraphNode {
  const groups = source.groupsFor(store.name);
  if (groups.length > 1 && emit === 'onWindowClose') {
    throw new TopologyError(
      `cogroup ${store.name}: onWindowClose needs one group, because each group has a time of its own`,
    );
  }
  const nodes = groups.map(group => add({ ...group, aggregator: group.aggregator ?? aggregator }));
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return only;
  return source.graph.add('COGROUPKSTREAM-MERGE', undefined, { kind: 'tableMerge', parents: nodes });
}
