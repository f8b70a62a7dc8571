import type { MapNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';

export const compileMap: Compile<MapNode> = (node, site) => site.place(new MapProcessor(node, site.context));

class MapProcessor extends NodeProcessor<MapNode> {
  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const mapped = synchronous(this.node.mapper(key, value), 'the mapper');
    const { key: newKey, value: newValue } = mapped;
    this.processorNode.forward(
      synchronous(newKey, 'the mapper'),
      synchronous(newValue, 'the mapper'),
      timestamp,
      headers,
    );
  }
}
