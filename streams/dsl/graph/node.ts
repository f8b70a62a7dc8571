import type {
  ForeignKeyLookupNode,
  ForeignKeyRegisterNode,
  ForeignKeyResolveNode,
  GlobalTableJoinNode,
  StreamJoinNode,
  StreamTableJoinNode,
  TableJoinNode,
} from './nodes/join-nodes.js';
import type { AsyncNode, PlacedNode, ProcessNode } from './nodes/processor-nodes.js';
import type { RepartitionNode, SinkNode, SourceNode } from './nodes/source-nodes.js';
import type {
  BranchNode,
  FilterNode,
  FlatMapNode,
  FlatMapValuesNode,
  MapNode,
  MapValuesNode,
  MergeNode,
  PeekNode,
  PipeNode,
  SelectKeyNode,
  SplitNode,
} from './nodes/stream-nodes.js';
import type {
  SuppressNode,
  TableAggregateNode,
  TableFilterNode,
  TableGroupNode,
  TableMapValuesNode,
  TableMergeNode,
  TableNode,
  TableTopNNode,
  TableTransformValuesNode,
  ToStreamNode,
} from './nodes/table-nodes.js';
import type {
  AggregateNode,
  DistinctNode,
  SessionAggregateNode,
  SlidingAggregateNode,
  WindowAggregateNode,
} from './nodes/window-nodes.js';

export type * from './nodes/join-nodes.js';
export type * from './nodes/processor-nodes.js';
export type * from './nodes/source-nodes.js';
export type * from './nodes/stream-nodes.js';
export type * from './nodes/table-nodes.js';
export type * from './nodes/window-nodes.js';

/**
 * The nodes of the topology graph: frozen data, added by the DSL in the order of declaration. Only the compilers know
 * what nodes do. Functions are declared as methods so that typed functions can be assigned to them.
 */
export type GraphNode =
  | SourceNode
  | TableNode
  | FilterNode
  | MapNode
  | SelectKeyNode
  | MapValuesNode
  | FlatMapNode
  | FlatMapValuesNode
  | PeekNode
  | PipeNode
  | ProcessNode
  | AsyncNode
  | PlacedNode
  | MergeNode
  | SplitNode
  | BranchNode
  | RepartitionNode
  | SinkNode
  | AggregateNode
  | WindowAggregateNode
  | DistinctNode
  | TableFilterNode
  | TableMapValuesNode
  | TableTransformValuesNode
  | ToStreamNode
  | SuppressNode
  | TableGroupNode
  | TableAggregateNode
  | TableTopNNode
  | TableJoinNode
  | StreamTableJoinNode
  | GlobalTableJoinNode
  | StreamJoinNode
  | SessionAggregateNode
  | SlidingAggregateNode
  | TableMergeNode
  | ForeignKeyRegisterNode
  | ForeignKeyLookupNode
  | ForeignKeyResolveNode;
