import type { Admin, Clock, Ports, TopicConfig } from '../kafka/ports.js';
import { type ClusterBehaviour, InMemoryBroker } from './in-memory-broker.js';
import { InMemoryConsumer } from './in-memory-consumer.js';
import { InMemoryProducer } from './in-memory-producer.js';

/** A cluster in this process, with the ports of its clients. */
export class InMemoryCluster extends InMemoryBroker {
  readonly #clock: Clock;

  constructor(clock: Clock, behaviour?: ClusterBehaviour) {
    super(behaviour);
    this.#clock = clock;
  }

  get ports(): Ports {
    return {
      clock: this.#clock,
      consumer: options => new InMemoryConsumer(this, options.groupInstanceId ?? options.clientId),
      producer: options => new InMemoryProducer(this, options.transactionalId),
      admin: () => this.#admin(),
    };
  }

  #admin(): Admin {
    return {
      partitionCounts: async (topics = this.topics) =>
        new Map(topics.flatMap(topic => (this.hasTopic(topic) ? [[topic, this.logs(topic).length] as const] : []))),
      createTopic: async (topic: string, { partitions }: TopicConfig) => this.createTopic(topic, partitions),
      createPartitions: async (topic, total) => this.createPartitions(topic, total),
      deleteTopic: async topic => this.deleteTopic(topic),
      close: async () => {},
    };
  }
}
