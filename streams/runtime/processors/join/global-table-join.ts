import type { GlobalTableJoinNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileGlobalTableJoin: Compile<GlobalTableJoinNode> = (node, site) => {
  const { name } = node.table.store;
  const view = site.globalTable(name);
  if (view === undefined) throw new Error(`${node.name}: there is no global store ${name}`);
  site.place(new GlobalTableJoinProcessor(node, view, site.context));
};

/** Joins each record with the present row of the mapped key (Java: `KStreamKTableJoinProcessor`). */
class GlobalTableJoinProcessor extends NodeProcessor<GlobalTableJoinNode> {
  readonly #view: TableView;

  constructor(node: GlobalTableJoinNode, view: TableView, context: TaskContext) {
    super(node, context);
    this.#view = view;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { joinType, keySelector, joiner } = this.node;
    if (value === null || value === undefined) {
      this.context.dropped();
      return;
    }
    const mappedKey = synchronous(keySelector(key, value), 'the key selector') ?? null;
    if (mappedKey === null && joinType === 'inner') {
      this.context.dropped();
      return;
    }
    const row = mappedKey === null ? null : (this.#view.get(mappedKey)?.value ?? null);
    if (row === null && joinType === 'inner') return;
    this.processorNode.forward(key, synchronous(joiner(value, row, key, mappedKey), 'the joiner'), timestamp, headers);
  }
}
