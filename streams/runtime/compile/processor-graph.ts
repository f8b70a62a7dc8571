import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { TaskState } from '../../../stores/bytes/task-state.js';
import { mayWait } from '../../dsl/graph/may-wait.js';
import type { GraphNode, RepartitionNode, SourceNode } from '../../dsl/graph/node.js';
import type { StoreSpec } from '../../dsl/processor/store-spec.js';
import type { PlannedSubTopology } from '../plan/task-plan.js';
import type { Processor } from '../processors/processor.js';
import type { Placement, RepartitionInput, RepartitionRole, Site, TableView } from '../processors/site.js';
import type { TaskContext } from '../processors/task-context.js';
import type { OpenStore } from '../processors/user/open-store.js';
import { StoreTime } from '../processors/user/store-time.js';
import { TaskStores } from '../processors/user/task-stores.js';
import { SessionReach } from '../processors/window/session-reach.js';
import { TaskTime, type TimeOrigin } from '../time/time.js';
import { compile } from './compilers.js';
import { nodesThatCopyHeaders } from './copied-headers.js';

export interface ProcessorGraph {
  readonly taskTime: TaskTime;
  readonly sources: ReadonlyMap<SourceNode, Processor>;
  readonly repartitions: readonly RepartitionInput[];
  /** In the order of the topology: each processor comes after the processors that feed it. */
  readonly processors: readonly Processor[];
  /** The rows of each table. */
  readonly views: ReadonlyMap<GraphNode, TableView>;
}

/** The global stores of the process. */
export interface GlobalStoresOfTask {
  /** The rows of a global table. */
  view(name: string): TableView | undefined;
  /** Any global store, for processors. */
  opened(name: string): OpenStore | undefined;
}

export interface GraphOptions {
  readonly caching: boolean;
  readonly now: () => number;
  readonly globalStores: GlobalStoresOfTask;
}

/** The connected processors of one task. */
export function buildProcessorGraph(
  plan: PlannedSubTopology,
  state: TaskState,
  context: TaskContext,
  options: GraphOptions,
): ProcessorGraph {
  const building = new GraphBuilder(plan, state, context, options);
  const { nodes } = plan.subTopology;
  // The node of a repartition belongs to the sub-topology that reads it. The sub-topology that writes it needs it too.
  const written = plan.writes.map(({ node }) => node).filter(node => !nodes.includes(node));
  for (const node of [...nodes, ...written]) compile(node, building.siteOf(node));
  // A processor may give a promise at any record.
  if (nodes.some(mayWait)) for (const { processorNode } of building.processors) processorNode.waitFor(context.steps);
  return building;
}

class GraphBuilder implements ProcessorGraph {
  readonly taskTime = new TaskTime();
  readonly sources = new Map<SourceNode, Processor>();
  readonly repartitions: RepartitionInput[] = [];
  readonly processors: Processor[] = [];
  readonly views = new Map<GraphNode, TableView>();
  readonly #plan: PlannedSubTopology;
  readonly #state: TaskState;
  readonly #context: TaskContext;
  readonly #options: GraphOptions;
  readonly #stores: TaskStores;
  readonly #copyHeaders: ReadonlySet<GraphNode>;
  readonly #sessionReaches = new Map<StoreSpec, SessionReach>();
  /** The processor that feeds the children of a node. */
  readonly #outputs = new Map<GraphNode, Processor>();
  /** The origins of the time of a node's records. */
  readonly #frontiers = new Map<GraphNode, readonly TimeOrigin[]>();

  constructor(plan: PlannedSubTopology, state: TaskState, context: TaskContext, options: GraphOptions) {
    this.#plan = plan;
    this.#state = state;
    this.#context = context;
    this.#options = options;
    this.#copyHeaders = nodesThatCopyHeaders(plan.subTopology.nodes);
    const owned = new Set(plan.subTopology.nodes.flatMap(ownStores));
    this.#stores = new TaskStores({
      bytesOf: ({ name }) => state.store(name),
      isOfOperator: store => owned.has(store),
      globalStore: name => options.globalStores.opened(name),
      onTime: ({ name }, time) => this.processors.push(new StoreTime(name, time, context)),
    });
  }

  siteOf(node: GraphNode): Site {
    const feeders = node.parents.map(parent => this.#outputs.get(parent)).filter(feeder => feeder !== undefined);
    const frontier = [...new Set(node.parents.flatMap(parent => this.#frontiers.get(parent) ?? []))];
    return {
      context: this.#context,
      taskTime: this.taskTime,
      now: this.#options.now,
      caching: this.#options.caching,
      stores: this.#stores,
      globalTable: name => this.#options.globalStores.view(name),
      feeders,
      feederOf: of => this.#outputs.get(of),
      frontier,
      children: this.#plan.subTopology.nodes.filter(candidate => candidate.parents.includes(node)),
      keepsPlaces:
        this.#context.keepsDeadLetters || this.#plan.subTopology.nodes.some(({ kind }) => kind === 'process'),
      sendsOldValues: this.#plan.sendersOfOldValues.has(node),
      isLookedUp: this.#plan.lookedUp.has(node),
      viewOf: parent => (parent === undefined ? undefined : this.views.get(parent)),
      frontierOf: parent => (parent === undefined ? undefined : this.#frontiers.get(parent)) ?? [],
      bytesOf: (store: StoreSpec): ByteStore => this.#state.store(store.name),
      sessionReach: store => this.#sessionReach(store),
      showTable: view => {
        this.views.set(node, view);
      },
      place: (processor, { after = feeders, frontier: placed = frontier }: Placement = {}) => {
        for (const feeder of after) feeder.processorNode.addChild(processor.processorNode);
        if (this.#copyHeaders.has(node)) processor.processorNode.copyHeaders();
        this.processors.push(processor);
        this.#outputs.set(node, processor);
        this.#frontiers.set(node, placed);
      },
      insert: (processor, after) => {
        after.processorNode.addChild(processor.processorNode);
        this.processors.push(processor);
      },
      readSource: (source, processor) => {
        this.sources.set(source, processor);
      },
      repartition: repartition => this.#roleOf(repartition),
      readRepartition: input => {
        this.repartitions.push(input);
        this.#outputs.set(node, input.source);
        this.#frontiers.set(node, [input.watermark]);
      },
    };
  }

  #sessionReach(store: StoreSpec): SessionReach {
    const known = this.#sessionReaches.get(store);
    if (known !== undefined) return known;
    const reach = new SessionReach();
    this.#sessionReaches.set(store, reach);
    return reach;
  }

  #roleOf(node: RepartitionNode): RepartitionRole {
    const { reads, writes } = this.#plan;
    const planned = [...reads, ...writes].find(candidate => candidate.node === node);
    if (planned === undefined) throw new Error(`repartition ${node.name} was not planned`);
    return { ...planned, isRead: reads.includes(planned), isWritten: writes.includes(planned) };
  }
}

/** The stores of a node, without those that it uses as a processor. */
function ownStores(node: GraphNode): readonly StoreSpec[] {
  return 'storeNames' in node ? node.stores.filter(({ name }) => !node.storeNames.includes(name)) : node.stores;
}
