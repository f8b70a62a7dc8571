import type { FilterNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileFilter: Compile<FilterNode> = (node, site) => site.place(new FilterProcessor(node, site.context));

class FilterProcessor extends NodeProcessor<FilterNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const isMet = synchronous(this.node.predicate(key, value), 'the predicate');
    if (isMet !== this.node.negated) this.processorNode.forward(key, value, timestamp, headers);
    else if (this.node.countsDropped) this.context.dropped();
  }
}
