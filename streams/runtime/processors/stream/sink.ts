import type { SinkNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { TOPIC_NAME } from '../../../kafka/topic-names.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { ANY_PARTITION } from '../../output/record-collector.js';
import { NodeProcessor } from '../processor.js';
import { serialized } from '../serde-error.js';
import type { Compile } from '../site.js';

export const compileSink: Compile<SinkNode> = (node, site) => site.place(new SinkProcessor(node, site.context));

class SinkProcessor extends NodeProcessor<SinkNode> {
  protected override get phase(): 'production' {
    return 'production';
  }

  protected override inputSerdes(): InputSerdes {
    return this.node;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { topic: choice, keySerde, valueSerde } = this.node;
    const chosen = typeof choice !== 'string';
    const topic = chosen ? checkedTopic(synchronous(choice(key, value, headers), 'the topic extractor')) : choice;
    const keyBytes = key === null || key === undefined ? null : serialized(keySerde, key, 'keySerde');
    const valueBytes = value === null || value === undefined ? null : serialized(valueSerde, value, 'valueSerde');
    this.context.collector.send(topic, ANY_PARTITION, keyBytes, valueBytes, timestamp, headers);
    this.context.sent(topic, chosen);
  }
}

/** With another name, a broker would refuse the whole transaction. */
function checkedTopic(topic: string): string {
  if (typeof topic === 'string' && TOPIC_NAME.test(topic)) return topic;
  throw new RangeError(`no topic can be called ${JSON.stringify(topic)}`);
}
