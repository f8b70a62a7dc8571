import type { SelectKeyNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileSelectKey: Compile<SelectKeyNode> = (node, site) =>
  site.place(new SelectKeyProcessor(node, site.context));

class SelectKeyProcessor extends NodeProcessor<SelectKeyNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(synchronous(this.node.mapper(key, value), this.node.what), value, timestamp, headers);
  }
}
