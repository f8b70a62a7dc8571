import type { PeekNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compilePeek: Compile<PeekNode> = (node, site) => site.place(new PeekProcessor(node, site.context));

class PeekProcessor extends NodeProcessor<PeekNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    synchronous<unknown>(this.node.action(key, value), 'the action');
    this.processorNode.forward(key, value, timestamp, headers);
  }
}
