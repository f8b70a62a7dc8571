import type { BranchNode, MergeNode, SourceNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { Processor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileSource: Compile<SourceNode> = (node, site) => {
  const processor = new ForwardProcessor(node.name, site.context);
  site.place(processor, { frontier: [site.taskTime] });
  site.readSource(node, processor);
};

export const compileForward: Compile<MergeNode | BranchNode> = (node, site) =>
  site.place(new ForwardProcessor(node.name, site.context));

/** Forwards its input. */
export class ForwardProcessor extends Processor {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(key, value, timestamp, headers);
  }
}
