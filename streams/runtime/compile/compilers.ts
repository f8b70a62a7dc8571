import type { GraphNode } from '../../dsl/graph/node.js';
import { compileAsync } from '../processors/async/async-processor.js';
import { compileForeignKeyLookup } from '../processors/foreign-key/lookup.js';
import { compileForeignKeyRegister } from '../processors/foreign-key/register.js';
import { compileForeignKeyResolve } from '../processors/foreign-key/resolve.js';
import { compileGlobalTableJoin } from '../processors/join/global-table-join.js';
import { compileStreamJoin } from '../processors/join/stream-join.js';
import { compileStreamTableJoin } from '../processors/join/stream-table-join.js';
import { compileRepartition } from '../processors/repartition/repartition.js';
import type { Compile, Site } from '../processors/site.js';
import { compileFilter } from '../processors/stream/filter.js';
import { compileFlatMap, compileFlatMapValues } from '../processors/stream/flat-map.js';
import { compileForward, compileSource } from '../processors/stream/forward.js';
import { compileMap } from '../processors/stream/map.js';
import { compileMapValues } from '../processors/stream/map-values.js';
import { compilePeek } from '../processors/stream/peek.js';
import { compilePipe } from '../processors/stream/pipe.js';
import { compilePlaced } from '../processors/stream/placed.js';
import { compileSelectKey } from '../processors/stream/select-key.js';
import { compileSink } from '../processors/stream/sink.js';
import { compileSplit } from '../processors/stream/split.js';
import { compileAggregate } from '../processors/table/aggregate.js';
import { compileTableFilter } from '../processors/table/filter.js';
import { compileTableGroup } from '../processors/table/group.js';
import { compileTableJoin } from '../processors/table/join.js';
import { compileTableMapValues } from '../processors/table/map-values.js';
import { compileTableMerge } from '../processors/table/merge.js';
import { compileSuppress } from '../processors/table/suppress.js';
import { compileTable } from '../processors/table/table.js';
import { compileTableAggregate } from '../processors/table/table-aggregate.js';
import { compileToStream } from '../processors/table/to-stream.js';
import { compileTableTopN } from '../processors/table/top-n.js';
import { compileTableTransformValues } from '../processors/table/transform-values.js';
import { compileProcess } from '../processors/user/process.js';
import { compileDistinct } from '../processors/window/distinct.js';
import { compileSessionAggregate } from '../processors/window/session-aggregate.js';
import { compileSlidingAggregate } from '../processors/window/sliding-aggregate.js';
import { compileWindowAggregate } from '../processors/window/window-aggregate.js';

type Compilers = { readonly [N in GraphNode as N['kind']]: Compile<N> };

/** The compiler of each kind of node. */
const COMPILERS: Compilers = {
  source: compileSource,
  repartition: compileRepartition,
  merge: compileForward,
  tableMerge: compileTableMerge,
  branch: compileForward,
  filter: compileFilter,
  map: compileMap,
  selectKey: compileSelectKey,
  mapValues: compileMapValues,
  flatMap: compileFlatMap,
  flatMapValues: compileFlatMapValues,
  peek: compilePeek,
  pipe: compilePipe,
  placed: compilePlaced,
  process: compileProcess,
  async: compileAsync,
  split: compileSplit,
  sink: compileSink,
  table: compileTable,
  tableFilter: compileTableFilter,
  tableMapValues: compileTableMapValues,
  tableTransformValues: compileTableTransformValues,
  toStream: compileToStream,
  suppress: compileSuppress,
  tableGroup: compileTableGroup,
  tableAggregate: compileTableAggregate,
  tableTopN: compileTableTopN,
  tableJoin: compileTableJoin,
  streamTableJoin: compileStreamTableJoin,
  globalTableJoin: compileGlobalTableJoin,
  streamJoin: compileStreamJoin,
  foreignKeyRegister: compileForeignKeyRegister,
  foreignKeyLookup: compileForeignKeyLookup,
  foreignKeyResolve: compileForeignKeyResolve,
  aggregate: compileAggregate,
  windowAggregate: compileWindowAggregate,
  sessionAggregate: compileSessionAggregate,
  slidingAggregate: compileSlidingAggregate,
  distinct: compileDistinct,
};

export function compile(node: GraphNode, site: Site): void {
  // The table maps each kind to the compiler of that kind. The type of the lookup can't express this.
  const compiler = COMPILERS[node.kind] as Compile<GraphNode>;
  compiler(node, site);
}
