import type { TaskState } from '../../../stores/bytes/task-state.js';
import type { AggregateNode, GraphNode, RepartitionNode, SourceNode, TableNode } from '../../dsl/graph/node.js';
import type { PlannedRepartition, PlannedSubTopology } from '../plan/task-plan.js';
import { HeldTime } from '../processors/held-time.js';
import type { Processor } from '../processors/processor.js';
import { Combiner } from '../processors/repartition/combiner.js';
import { LocalQueue } from '../processors/repartition/local-queue.js';
import { RepartitionProcessor } from '../processors/repartition/repartition.js';
import { SinkProcessor } from '../processors/stream/sink.js';
import {
  FilterProcessor,
  FlatMapProcessor,
  FlatMapValuesProcessor,
  ForwardProcessor,
  MapProcessor,
  MapValuesProcessor,
  PeekProcessor,
  PipeProcessor,
  SplitProcessor,
} from '../processors/stream/stateless.js';
import { AggregateProcessor, type TableOutput } from '../processors/table/aggregate.js';
import { SuppressProcessor } from '../processors/table/suppress.js';
import {
  TableFilterProcessor,
  TableMapValuesProcessor,
  TableProcessor,
  ToStreamProcessor,
} from '../processors/table/table.js';
import type { TaskContext } from '../processors/task-context.js';
import { DistinctProcessor } from '../processors/window/distinct.js';
import { WindowAggregateProcessor } from '../processors/window/window-aggregate.js';
import { OperatorTime, TaskTime, type TimeOrigin, Watermark } from '../time/time.js';

/** Where the records of one repartition topic come in. */
export interface RepartitionInput {
  readonly planned: PlannedRepartition;
  readonly source: Processor;
  readonly queue: LocalQueue;
  readonly watermark: Watermark;
  /** The aggregation whose partial aggregates may come. */
  readonly aggregate: AggregateNode | undefined;
}

export interface ProcessorGraph {
  readonly taskTime: TaskTime;
  readonly sources: ReadonlyMap<SourceNode, Processor>;
  readonly repartitions: readonly RepartitionInput[];
  /** In the order of the topology: each comes after all that it gets records from. */
  readonly processors: readonly Processor[];
}

export interface GraphOptions {
  readonly caching: boolean;
  readonly now: () => number;
  /** Processes what is in a local queue. */
  readonly drain: (input: RepartitionInput) => void;
}

/** The processors of one task, connected. */
export function buildProcessorGraph(
  plan: PlannedSubTopology,
  state: TaskState,
  context: TaskContext,
  options: GraphOptions,
): ProcessorGraph {
  return new GraphBuilder(plan, state, context, options).build();
}

class GraphBuilder {
  readonly #plan: PlannedSubTopology;
  readonly #state: TaskState;
  readonly #context: TaskContext;
  readonly #options: GraphOptions;
  readonly #taskTime = new TaskTime();
  readonly #sources = new Map<SourceNode, Processor>();
  readonly #inputs = new Map<RepartitionNode, RepartitionInput>();
  readonly #processors: Processor[] = [];
  /** What hands records on to the children of a node. */
  readonly #outputs = new Map<GraphNode, Processor>();
  /** The time origins that what comes after a node goes by. */
  readonly #frontiers = new Map<GraphNode, readonly TimeOrigin[]>();

  constructor(plan: PlannedSubTopology, state: TaskState, context: TaskContext, options: GraphOptions) {
    this.#plan = plan;
    this.#state = state;
    this.#context = context;
    this.#options = options;
  }

  build(): ProcessorGraph {
    const boundaries = this.#plan.writes.map(({ node }) => node).filter(node => !this.#nodes.includes(node));
    for (const node of [...this.#nodes, ...boundaries]) this.#add(node);
    return {
      taskTime: this.#taskTime,
      sources: this.#sources,
      repartitions: [...this.#inputs.values()],
      processors: this.#processors,
    };
  }

  get #nodes(): readonly GraphNode[] {
    return this.#plan.subTopology.nodes;
  }

  #add(node: GraphNode): void {
    switch (node.kind) {
      case 'source':
        this.#sources.set(node, this.#place(node, new ForwardProcessor(node.name, this.#context), [this.#taskTime]));
        return;
      case 'repartition':
        this.#addRepartition(node);
        return;
      case 'aggregate':
        this.#addAggregate(node);
        return;
      case 'distinct': {
        const time = new OperatorTime(this.#frontier(node), node.windows.closeOnIdle);
        const { name, kind, keySerde } = node.store;
        const store = kind.open(this.#state.store(name), keySerde);
        this.#place(node, new DistinctProcessor(node, store, time, this.#context), [time]);
        return;
      }
      case 'suppress': {
        const time = new OperatorTime(
          this.#frontier(node),
          node.until.kind === 'windowCloses' && node.until.closeOnIdle,
        );
        const { name, kind, keySerde, valueSerde } = node.store;
        const store = kind.open(this.#state.store(name), keySerde, valueSerde);
        this.#place(node, new SuppressProcessor(node, store, time, this.#context), [time]);
        return;
      }
      default:
        this.#place(node, this.#stateless(node), this.#frontier(node));
        if (node.kind === 'table' && this.#tableOutput(node, node.store.cached).cached) this.#hold(node);
    }
  }

  #stateless(
    node: Exclude<GraphNode, { kind: 'source' | 'repartition' | 'aggregate' | 'distinct' | 'suppress' }>,
  ): Processor {
    const context = this.#context;
    switch (node.kind) {
      case 'merge':
      case 'branch':
        return new ForwardProcessor(node.name, context);
      case 'filter':
        return new FilterProcessor(node, context);
      case 'map':
      case 'selectKey':
        return new MapProcessor(node, context);
      case 'mapValues':
        return new MapValuesProcessor(node, context);
      case 'flatMap':
        return new FlatMapProcessor(node, context);
      case 'flatMapValues':
        return new FlatMapValuesProcessor(node, context);
      case 'peek':
        return new PeekProcessor(node, context);
      case 'pipe':
        return new PipeProcessor(node, context);
      case 'split':
        return new SplitProcessor(node, context);
      case 'sink':
        return new SinkProcessor(node, context);
      case 'toStream':
        return new ToStreamProcessor(node, context);
      case 'tableFilter':
        return new TableFilterProcessor(node, context);
      case 'tableMapValues':
        return new TableMapValuesProcessor(node, this.#sendsOldValues(node), context);
      case 'table': {
        const { name, kind, keySerde, valueSerde } = node.store;
        const store = kind.open(this.#state.store(name), keySerde, valueSerde);
        return new TableProcessor(node, store, this.#tableOutput(node, node.store.cached), context);
      }
    }
  }

  #addAggregate(node: AggregateNode): void {
    const { name, kind, keySerde, valueSerde } = node.store;
    const output = this.#tableOutput(node, node.store.cached);
    const bytes = this.#state.store(name);
    const combineHere = this.#combined(node) && node.parents[0]?.kind !== 'repartition';
    const feeders = combineHere ? node.parents.map(parent => this.#combinerHere(node, parent)) : undefined;
    const frontier = feeders ?? this.#frontier(node);
    if (kind.kind === 'keyValue') {
      const store = kind.open(bytes, keySerde, valueSerde);
      this.#place(node, new AggregateProcessor(node, store, output, this.#context), frontier, feeders);
      if (output.cached) this.#hold(node);
      return;
    }
    const { windows } = node;
    if (windows === undefined) throw new Error(`${node.name} has a store of windows and no windows`);
    const store = kind.open(bytes, keySerde, valueSerde);
    const time = new OperatorTime(frontier, windows.closeOnIdle);
    const processor = new WindowAggregateProcessor(node, windows, store, time, output, this.#context);
    this.#place(node, processor, [time], feeders);
  }

  #addRepartition(node: RepartitionNode): void {
    const planned = [...this.#plan.reads, ...this.#plan.writes].find(candidate => candidate.node === node);
    if (planned === undefined) throw new Error(`repartition ${node.name} was not planned`);
    const aggregate = this.#aggregateBehind(node);
    const combined = aggregate !== undefined && this.#combined(aggregate) ? aggregate : undefined;
    let input: RepartitionInput | undefined;
    if (this.#plan.reads.includes(planned)) {
      const source = new ForwardProcessor(`${node.repartition}-repartition-source`, this.#context);
      input = { planned, source, queue: new LocalQueue(), watermark: new Watermark(planned.upstreamTasks), aggregate };
      this.#inputs.set(node, input);
      this.#outputs.set(node, source);
      this.#frontiers.set(node, [input.watermark]);
    }
    if (!this.#plan.writes.includes(planned)) return;
    const [parent] = node.parents;
    if (parent === undefined) return;
    const local = planned.local ? input : undefined;
    const { topic, partitions } = planned;
    const frontier = this.#frontiers.get(parent) ?? [];
    const drain = local === undefined ? (): void => {} : (): void => this.#options.drain(local);
    const processor = new RepartitionProcessor(
      node,
      { topic, partitions, local, frontier, aggregateSerde: aggregate?.store.valueSerde },
      this.#context,
      drain,
      this.#options.now,
    );
    const from = combined === undefined ? this.#outputs.get(parent) : this.#combiner(combined, parent);
    from?.addChild(processor);
    this.#processors.push(processor);
  }

  #combiner(node: AggregateNode, parent: GraphNode): Processor {
    const time = new OperatorTime(this.#frontiers.get(parent) ?? [], node.windows?.closeOnIdle ?? false);
    const combiner = new Combiner(node, time, this.#context);
    this.#outputs.get(parent)?.addChild(combiner);
    this.#processors.push(combiner);
    return combiner;
  }

  /** A combiner right before its aggregation. */
  #combinerHere(node: AggregateNode, parent: GraphNode): HeldTime {
    return this.#heldBy(`${node.store.name}/combiner`, this.#combiner(node, parent), this.#frontiers.get(parent) ?? []);
  }

  /** The node keeps its updates back until the commit. */
  #hold(node: TableNode | AggregateNode): void {
    const processor = this.#outputs.get(node);
    if (processor === undefined) return;
    const held = this.#heldBy(node.store.name, processor, this.#frontiers.get(node) ?? []);
    this.#outputs.set(node, held);
    this.#frontiers.set(node, [held]);
  }

  /** `owner` is the name under which the time of what keeps the records back is kept. */
  #heldBy(owner: string, processor: Processor, frontier: readonly TimeOrigin[]): HeldTime {
    const held = new HeldTime(`${processor.name}-held`, `${owner}/held`, frontier, this.#context);
    processor.addChild(held);
    this.#processors.push(held);
    return held;
  }

  #combined(node: AggregateNode): boolean {
    return node.merger !== undefined && node.store.cached && this.#options.caching;
  }

  #aggregateBehind(node: RepartitionNode): AggregateNode | undefined {
    const children = this.#children(node);
    const [only] = children;
    return children.length === 1 && only?.kind === 'aggregate' ? only : undefined;
  }

  #children(node: GraphNode): readonly GraphNode[] {
    return this.#nodes.filter(candidate => candidate.parents.includes(node));
  }

  #tableOutput(node: GraphNode, cached: boolean): TableOutput {
    return { cached: cached && this.#options.caching, sendOldValues: this.#sendsOldValues(node) };
  }

  #sendsOldValues(node: GraphNode): boolean {
    return this.#children(node).some(child => {
      switch (child.kind) {
        case 'toStream':
          return false;
        case 'tableMapValues':
        case 'suppress':
          return this.#sendsOldValues(child);
        default:
          return true;
      }
    });
  }

  #frontier(node: GraphNode): readonly TimeOrigin[] {
    return [...new Set(node.parents.flatMap(parent => this.#frontiers.get(parent) ?? []))];
  }

  /** `feeders` stand between the parents and the processor, if there are any. */
  #place(
    node: GraphNode,
    processor: Processor,
    frontier: readonly TimeOrigin[],
    feeders: readonly (Processor | undefined)[] = node.parents.map(parent => this.#outputs.get(parent)),
  ): Processor {
    for (const feeder of feeders) feeder?.addChild(processor);
    this.#outputs.set(node, processor);
    this.#frontiers.set(node, frontier);
    this.#processors.push(processor);
    return processor;
  }
}
