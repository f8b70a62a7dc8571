import type { FlatMapNode, FlatMapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous, synchronousElements } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileFlatMap: Compile<FlatMapNode> = (node, site) =>
  site.place(new FlatMapProcessor(node, site.context));

class FlatMapProcessor extends NodeProcessor<FlatMapNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    for (const mapped of synchronousElements(this.node.mapper(key, value), 'the mapper')) {
      const { key: newKey, value: newValue } = mapped;
      this.processorNode.forward(
        synchronous(newKey, 'the mapper'),
        synchronous(newValue, 'the mapper'),
        timestamp,
        headers,
      );
    }
  }
}

export const compileFlatMapValues: Compile<FlatMapValuesNode> = (node, site) =>
  site.place(new FlatMapValuesProcessor(node, site.context));

class FlatMapValuesProcessor extends NodeProcessor<FlatMapValuesNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    for (const mapped of synchronousElements(this.node.mapper(value, key), 'the mapper')) {
      this.processorNode.forward(key, synchronous(mapped, 'the mapper'), timestamp, headers);
    }
  }
}
