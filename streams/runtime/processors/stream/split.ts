import type { SplitNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileSplit: Compile<SplitNode> = (node, site) => site.place(new SplitProcessor(node, site.context));

/** Its children are the branches, in their order. */
class SplitProcessor extends NodeProcessor<SplitNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const index = this.node.branches.findIndex(branch => synchronous(branch.predicate(key, value), 'a predicate'));
    if (index >= 0) this.processorNode.forwardTo(index, key, value, timestamp, headers);
  }
}
