import { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import { type Duration, milliseconds } from '../../kafka/duration.js';
import { type Graph, lastingName, TopologyError } from '../graph/graph.js';
import type {
  GlobalStoreNode,
  GlobalTableJoinNode,
  GraphNode,
  JoinedSide,
  JoinType,
  LateSink,
  LateSinksOfJoin,
  StreamJoinNode,
  StreamTableJoinNode,
} from '../graph/node.js';
import { isVersioned } from '../graph/versioned.js';
import type { Joined, StreamJoined } from '../options/options.js';
import type { Serde } from '../serde/serdes.js';
import type { JoinWindows } from '../windows/join-windows.js';
import { addRepartition, type SerdePair } from './repartition.js';
import { storeSpec } from './store-spec.js';

/** A stream before a join. */
export interface Joinable {
  readonly node: GraphNode;
  readonly serdes: SerdePair<unknown, unknown>;
  /** True: an operator may have changed the key, so records must move before the join. */
  readonly keyChanged: boolean;
}

/** Adds a join of a stream with a table. */
export function addStreamTableJoin(
  graph: Graph,
  stream: Joinable,
  table: GraphNode,
  joinType: StreamTableJoinNode['joinType'],
  joiner: StreamTableJoinNode['joiner'],
  options: Pick<Joined<unknown, unknown>, 'name' | 'gracePeriod' | 'closeOnIdle'>,
): GraphNode {
  const { name, gracePeriod, closeOnIdle = false } = options;
  const prefix = joinType === 'left' ? 'KSTREAM-LEFTJOIN' : 'KSTREAM-JOIN';
  const moved = stream.keyChanged
    ? moves(graph, stream, lastingName(name, 'a join moves records by their new keys'), joinType === 'left')
    : stream.node;
  const buffer =
    gracePeriod === undefined
      ? undefined
      : {
          ...streamTableBuffer(graph, stream.serdes, table, lastingName(name, 'a join keeps records'), gracePeriod),
          closeOnIdle,
        };
  const stores = Object.freeze(buffer === undefined ? [] : [buffer.store]);
  return graph.add(prefix, name, {
    kind: 'streamTableJoin',
    parents: [moved, table],
    joinType,
    buffer,
    stores,
    joiner,
  });
}

/** Adds a join of a stream with a global table. Throws a TopologyError if the table is of another graph. */
export function addGlobalTableJoin(
  graph: Graph,
  stream: GraphNode,
  table: GlobalStoreNode,
  name: string | undefined,
  join: Pick<GlobalTableJoinNode, 'joinType' | 'keySelector' | 'joiner'>,
): GraphNode {
  if (!graph.globalStores.includes(table)) {
    throw new TopologyError(`join with the global table of ${table.topic}: it is of another StreamsBuilder`);
  }
  const prefix = join.joinType === 'left' ? 'KSTREAM-LEFTJOIN' : 'KSTREAM-JOIN';
  return graph.add(prefix, name, { kind: 'globalTableJoin', parents: [stream], table, ...join });
}

/** Throws a TopologyError if the table is not versioned. */
function streamTableBuffer(
  graph: Graph,
  serdes: Joinable['serdes'],
  table: GraphNode,
  name: string,
  gracePeriod: Duration,
): Omit<NonNullable<StreamTableJoinNode['buffer']>, 'closeOnIdle'> {
  if (!isVersioned(table)) {
    throw new TopologyError(`join ${name}: gracePeriod needs a versioned table: give the table a historyRetention`);
  }
  const graceMs = milliseconds(gracePeriod, `gracePeriod of the join ${name}`);
  const kind = new TimeBucketsKind(Math.max(1, graceMs), graceMs, { deletesExpired: false });
  return { store: storeSpec(graph, { as: `${name}-buffer` }, serdes, kind), graceMs };
}

/** Adds a join of two streams. Throws a TopologyError if another store has a name of its stores. */
export function addStreamJoin(
  graph: Graph,
  left: Joinable,
  right: Joinable,
  joinType: JoinType,
  windows: JoinWindows,
  joiner: StreamJoinNode['joiner'],
  options: Pick<StreamJoined<unknown, unknown, unknown>, 'as' | 'name' | 'logging' | 'inMemory' | 'lateTo'>,
): GraphNode {
  const { as, name, logging = true, inMemory = false, lateTo: topic } = options;
  const isSame = left.node === right.node && left.keyChanged;
  const movedLeft = moves(graph, left, `${as}-left`, joinType !== 'inner');
  // A stream that is joined with itself moves once.
  const movedRight = isSame ? movedLeft : moves(graph, right, `${as}-right`, joinType === 'outer');
  const retentionMs = windows.sizeMs + windows.graceMs;
  const bucketMs = Math.max(1, windows.sizeMs);
  const kind = new TimeBucketsKind(bucketMs, retentionMs, { onlyAdded: true });
  // A record may wait for ever: until another record comes.
  const waitingKind = new TimeBucketsKind(bucketMs, retentionMs, { deletesExpired: false });
  const store = (suffix: string, serdes: Joinable['serdes'], of: TimeBucketsKind) =>
    storeSpec(graph, { as: `${as}-${suffix}`, logging, inMemory }, serdes, of);
  const sideOf = (side: 'left' | 'right', { serdes }: Joinable, waits: boolean): JoinedSide => ({
    store: store(side, serdes, kind),
    waiting: waits ? store(`${side}-waiting`, serdes, waitingKind) : undefined,
  });
  const sides = {
    left: sideOf('left', left, joinType !== 'inner'),
    right: sideOf('right', right, joinType === 'outer'),
  };
  const waiting = [sides.left.waiting, sides.right.waiting].filter(spec => spec !== undefined);
  const prefix = { inner: 'KSTREAM-JOIN', left: 'KSTREAM-LEFTJOIN', outer: 'KSTREAM-OUTERJOIN' }[joinType];
  return graph.add(prefix, name, {
    kind: 'streamJoin',
    parents: [movedLeft, movedRight],
    stores: Object.freeze([sides.left.store, sides.right.store, ...waiting] as const),
    ...sides,
    late: topic === undefined ? undefined : lateSinks(topic, left, movedLeft === movedRight ? undefined : right),
    windows,
    joiner,
  });
}

function lateSinks(topic: string, left: Joinable, right: Joinable | undefined): LateSinksOfJoin {
  const sinkOf = ({ serdes }: Joinable): LateSink => Object.freeze({ topic, ...serdes });
  return Object.freeze({ topic, left: sinkOf(left), right: right && sinkOf(right) });
}

function moves(
  graph: Graph,
  { node, serdes, keyChanged }: Joinable,
  repartition: string,
  keepsNullKeys: boolean,
): GraphNode {
  return keyChanged ? addRepartition(graph, node, repartition, serdes, { keepsNullKeys }) : node;
}

/** The serdes of a stream after a join: the values are new. */
export function keySerdeOnly<K>(keySerde: Serde<K> | undefined): { readonly keySerde?: Serde<K> } {
  return keySerde === undefined ? {} : { keySerde };
}
