import type { SinkNode } from '../../../dsl/graph/node.js';
import type { AnyPartitioner } from '../../../dsl/options/stream-partitioner.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { TOPIC_NAME } from '../../../kafka/topic-names.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { ANY_PARTITION } from '../../output/record-collector.js';
import { chosenPartitions } from '../chosen-partitions.js';
import { NodeProcessor } from '../processor.js';
import { serialized } from '../serde-error.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compileSink: Compile<SinkNode> = (node, site) => {
  const { partitioner } = node;
  const { context } = site;
  site.place(
    partitioner === undefined ? new SinkProcessor(node, context) : new PartitioningSink(node, partitioner, context),
  );
};

class SinkProcessor extends NodeProcessor<SinkNode> {
  protected override get phase(): 'production' {
    return 'production';
  }

  protected override inputSerdes(): InputSerdes {
    return this.node;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.send(this.topicOf(key, value, headers), ANY_PARTITION, key, value, timestamp, headers);
  }

  protected topicOf(key: unknown, value: unknown, headers: Headers): string {
    const { topic } = this.node;
    return typeof topic === 'string'
      ? topic
      : checkedTopic(synchronous(topic(key, value, headers), 'the topic extractor'));
  }

  protected send(
    topic: string,
    partition: number,
    key: unknown,
    value: unknown,
    timestamp: number,
    headers: Headers,
  ): void {
    const { topic: choice, keySerde, valueSerde } = this.node;
    const keyBytes = key === null || key === undefined ? null : serialized(keySerde, key, 'keySerde');
    const valueBytes = value === null || value === undefined ? null : serialized(valueSerde, value, 'valueSerde');
    this.context.collector.send(topic, partition, keyBytes, valueBytes, timestamp, headers);
    this.context.sent(topic, typeof choice !== 'string');
  }
}

/**
 * Sends each record to the partitions that a function chooses. The first record of a topic that a function chooses waits
 * for the number of its partitions.
 */
class PartitioningSink extends SinkProcessor {
  readonly #partitioner: AnyPartitioner;

  constructor(node: SinkNode, partitioner: AnyPartitioner, context: TaskContext) {
    super(node, context);
    this.#partitioner = partitioner;
  }

  override async init(): Promise<void> {
    const { topic } = this.node;
    if (typeof topic === 'string') await this.context.collector.partitionCounts.prepare(topic);
  }

  override process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const topic = this.topicOf(key, value, headers);
    const { partitionCounts } = this.context.collector;
    const count = partitionCounts.get(topic);
    if (count !== undefined) {
      this.#distribute(topic, count, key, value, timestamp, headers);
      return;
    }
    const resume = (asked: number): void =>
      // A topic that does not exist is refused here.
      this.#distribute(topic, partitionCounts.get(topic) ?? asked, key, value, timestamp, headers);
    this.wait({ key, value, timestamp, headers }, () => partitionCounts.ask(topic), resume);
  }

  #distribute(topic: string, count: number, key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const chosen = chosenPartitions(this.#partitioner, topic, key, value, count, headers) ?? ANY_PARTITION;
    if (typeof chosen === 'number') {
      this.send(topic, chosen, key, value, timestamp, headers);
      return;
    }
    if (chosen.length === 0) this.context.dropped();
    for (const partition of chosen) this.send(topic, partition, key, value, timestamp, headers);
  }
}

/** With another name, a broker would refuse the whole transaction. */
function checkedTopic(topic: string): string {
  if (typeof topic === 'string' && TOPIC_NAME.test(topic)) return topic;
  throw new RangeError(`no topic can be called ${JSON.stringify(topic)}`);
}
