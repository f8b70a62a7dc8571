import type { StreamTableJoinNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileStreamTableJoin: Compile<StreamTableJoinNode> = (node, site) => {
  const [stream, table] = node.parents;
  const [feeder] = site.feeders;
  const view = site.viewOf(table);
  if (feeder === undefined || view === undefined) throw new Error(`${node.name}: its table has no rows`);
  // Updates of the table give no results, so they have no part in the time of the results.
  const placement = { after: [feeder], frontier: site.frontierOf(stream) };
  site.place(new StreamTableJoinProcessor(node, view, site.context), placement);
};

/** Joins each record with the present row of its key (Java: `KStreamKTableJoinProcessor`). */
class StreamTableJoinProcessor extends NodeProcessor<StreamTableJoinNode> {
  readonly #view: TableView;

  constructor(node: StreamTableJoinNode, view: TableView, context: TaskContext) {
    super(node, context);
    this.#view = view;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { joinType, joiner } = this.node;
    const hasKey = key !== null && key !== undefined;
    if (value === null || value === undefined || (!hasKey && joinType === 'inner')) {
      this.context.dropped();
      return;
    }
    const row = hasKey ? (this.#view.get(key)?.value ?? null) : null;
    if (row === null && joinType === 'inner') return;
    this.processorNode.forward(key, synchronous(joiner(value, row, key), 'the joiner'), timestamp, headers);
  }
}
