import { SubscriptionsKind } from '../../../stores/kinds/subscriptions.js';
import type { Graph } from '../graph/graph.js';
import type { ForeignKeyRegisterNode, ForeignKeyResolveNode, GraphNode } from '../graph/node.js';
import { NO_VALUES, registrationSerde, responseSerde } from './foreign-key-serdes.js';
import { addRepartition, type SerdePair } from './repartition.js';
import { onlyStore, storeSpec } from './store-spec.js';

/** A table of a foreign-key join. */
export interface ForeignKeySide {
  readonly node: GraphNode;
  readonly serdes: SerdePair<unknown, unknown>;
}

/**
 * Adds a foreign-key join (KIP-213). Each row of the left table moves to the row of the right table that it refers to,
 * and is registered there. The right value moves back to the left row. Returns the node that joins the two.
 */
export function addForeignKeyJoin(
  graph: Graph,
  left: ForeignKeySide,
  right: ForeignKeySide,
  extractor: ForeignKeyRegisterNode['extractor'],
  joinType: ForeignKeyResolveNode['joinType'],
  joiner: ForeignKeyResolveNode['joiner'],
  name: string,
): GraphNode {
  const registered = graph.add('KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION', undefined, {
    kind: 'foreignKeyRegister',
    parents: [left.node],
    joinType,
    ...left.serdes,
    foreignKeySerde: right.serdes.keySerde,
    extractor,
  });
  const registrations = { keySerde: right.serdes.keySerde, valueSerde: registrationSerde };
  // A row that refers to nothing has a result in a left join.
  const keepsNullKeys = joinType === 'left';
  const moved = addRepartition(graph, registered, `${name}-registration`, registrations, { keepsNullKeys });
  const subscriptions = { keySerde: right.serdes.keySerde, valueSerde: NO_VALUES };
  const lookup = graph.add('KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR', undefined, {
    kind: 'foreignKeyLookup',
    parents: [moved, right.node],
    ...onlyStore(storeSpec(graph, { as: `${name}-subscriptions` }, subscriptions, new SubscriptionsKind())),
    leftKeySerde: left.serdes.keySerde,
  });
  const responses = { keySerde: left.serdes.keySerde, valueSerde: responseSerde(right.serdes.valueSerde) };
  const answered = addRepartition(graph, lookup, `${name}-response`, responses);
  return graph.add('KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER', undefined, {
    kind: 'foreignKeyResolve',
    parents: [answered, left.node],
    joinType,
    valueSerde: left.serdes.valueSerde,
    joiner,
  });
}
