import type { RegistrationResponse } from '../../../dsl/declare/foreign-key-serdes.js';
import type { ForeignKeyResolveNode, GraphNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { ForeignKeyRegister } from './register.js';
import { valueHash } from './value-hash.js';

export const compileForeignKeyResolve: Compile<ForeignKeyResolveNode> = (node, site) => {
  const [responses, left] = node.parents;
  const [feeder] = site.feeders;
  const view = site.viewOf(left);
  const register = site.feederOf(registrationOf(node));
  if (feeder === undefined || view === undefined || !(register instanceof ForeignKeyRegister)) {
    throw new Error(`${node.name}: a parent is missing`);
  }
  site.place(new ForeignKeyResolve(node, view, register, site.context), {
    after: [feeder],
    frontier: site.frontierOf(responses),
  });
};

/** The node whose registrations are answered: the first parents lead to it. */
function registrationOf(node: GraphNode): GraphNode {
  const [parent] = node.parents;
  return parent === undefined || node.kind === 'foreignKeyRegister' ? node : registrationOf(parent);
}

/** Joins a response with the left row, if that has not changed since (Java: `ResponseJoinProcessorSupplier`). */
class ForeignKeyResolve extends NodeProcessor<ForeignKeyResolveNode> {
  readonly #view: TableView;
  readonly #register: ForeignKeyRegister;

  constructor(node: ForeignKeyResolveNode, view: TableView, register: ForeignKeyRegister, context: TaskContext) {
    super(node, context);
    this.#view = view;
    this.#register = register;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { hash, value: foreign } = value as RegistrationResponse;
    const { joinType, joiner, valueSerde } = this.node;
    const row = this.#view.get(key)?.value ?? null;
    if (!valueHash(valueSerde, row).equals(hash)) {
      if (foreign === null && joinType === 'inner') this.#takeAway(key, row, timestamp, headers);
      return;
    }
    this.#register.answered(key);
    const isNothing = row === null || (foreign === null && joinType !== 'left');
    const result = isNothing ? null : synchronous(joiner(row, foreign, key), 'the joiner');
    this.processorNode.forward(key, result, timestamp, headers);
  }

  /**
   * The answer to an older value of the row is that it has no result. Mostly the answer to the present value is on its
   * way. But there is none where the present value had no result from its beginning: it relies on this one. Java drops it,
   * and the result of a value before that stays.
   */
  #takeAway(key: unknown, row: unknown, timestamp: number, headers: Headers): void {
    if (!this.#register.askAgain(key, row, timestamp, headers)) {
      this.processorNode.forward(key, null, timestamp, headers);
    }
  }
}
