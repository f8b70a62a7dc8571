import type { RegistrationResponse } from '../../../dsl/declare/foreign-key-serdes.js';
import type { ForeignKeyResolveNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { valueHash } from './value-hash.js';

export const compileForeignKeyResolve: Compile<ForeignKeyResolveNode> = (node, site) => {
  const [responses, left] = node.parents;
  const [feeder] = site.feeders;
  const view = site.viewOf(left);
  if (feeder === undefined || view === undefined) throw new Error(`${node.name}: a parent is missing`);
  site.place(new ForeignKeyResolve(node, view, site.context), {
    after: [feeder],
    frontier: site.frontierOf(responses),
  });
};

/** Joins a response with the left row, if that has not changed since (Java: `ResponseJoinProcessorSupplier`). */
class ForeignKeyResolve extends NodeProcessor<ForeignKeyResolveNode> {
  readonly #view: TableView;

  constructor(node: ForeignKeyResolveNode, view: TableView, context: TaskContext) {
    super(node, context);
    this.#view = view;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { hash, value: foreign } = value as RegistrationResponse;
    const { joinType, joiner, valueSerde } = this.node;
    const row = this.#view.get(key)?.value ?? null;
    // A response to an older value of the row. That of the present one is on its way.
    if (!valueHash(valueSerde, row).equals(hash)) return;
    const isNothing = row === null || (foreign === null && joinType !== 'left');
    const result = isNothing ? null : synchronous(joiner(row, foreign, key), 'the joiner');
    this.processorNode.forward(key, result, timestamp, headers);
  }
}
