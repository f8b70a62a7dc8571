import type { SinkNode } from '../../dsl/node.js';
import type { Headers } from '../../kafka/record.js';
import { ANY_PARTITION } from '../record-collector.js';
import type { TaskContext } from '../task-context.js';
import { Processor } from './processor.js';

export class SinkProcessor extends Processor {
  readonly #node: SinkNode;

  constructor(node: SinkNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected override get phase(): 'production' {
    return 'production';
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { topic: choice, keySerde, valueSerde } = this.#node;
    const topic = typeof choice === 'string' ? choice : choice(key, value, headers);
    const keyBytes = key === null || key === undefined ? null : keySerde.serialize(key);
    const valueBytes = value === null || value === undefined ? null : valueSerde.serialize(value);
    this.context.collector.send(topic, ANY_PARTITION, keyBytes, valueBytes, timestamp, headers);
    const { out } = this.context.counts;
    out[topic] = (out[topic] ?? 0) + 1;
  }
}
