import type { Change } from '../../../dsl/graph/change.js';
import type { ToStreamNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileToStream: Compile<ToStreamNode> = (node, site) =>
  site.place(new ToStreamProcessor(node, site.context));

class ToStreamProcessor extends NodeProcessor<ToStreamNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue } = value as Change<unknown>;
    const { keyMapper } = this.node;
    const newKey = keyMapper === undefined ? key : synchronous(keyMapper(key, newValue), 'the mapper of the key');
    this.processorNode.forward(newKey, newValue, timestamp, headers);
  }
}
