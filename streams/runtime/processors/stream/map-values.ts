import type { MapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileMapValues: Compile<MapValuesNode> = (node, site) =>
  site.place(new MapValuesProcessor(node, site.context));

class MapValuesProcessor extends NodeProcessor<MapValuesNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.processorNode.forward(key, synchronous(this.node.mapper(value, key), 'the mapper'), timestamp, headers);
  }
}
