import type { Clock, Producer } from '../../kafka/ports.js';
import { RecordRefusedError } from './refusals.js';

/** Partitions may be added to a topic (Java: `metadata.max.age.ms`). */
const KNOWN_FOR_MS = 300_000;
/** A topic may be created while the application runs. */
const MISSING_FOR_MS = 30_000;

interface Known {
  /** 0: there is no such topic. */
  readonly partitions: number;
  readonly askedAt: number;
}

/** The partition counts of the topics that sinks with partitioners write. */
export class PartitionCounts {
  readonly #producer: Pick<Producer, 'partitionCount'>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<number>>();

  constructor(producer: Pick<Producer, 'partitionCount'>, clock: Pick<Clock, 'monotonic'>) {
    this.#producer = producer;
    this.#clock = clock;
  }

  /**
   * undefined if the cluster must be asked. A count that is old is asked for in the background. Throws a
   * RecordRefusedError if the topic does not exist.
   */
  get(topic: string): number | undefined {
    const known = this.#known.get(topic);
    if (known === undefined) return undefined;
    const age = this.#clock.monotonic() - known.askedAt;
    if (known.partitions === 0) {
      if (age >= MISSING_FOR_MS) return undefined;
      throw new RecordRefusedError(topic, 'the topic does not exist');
    }
    // Without an answer the count is still the best that is known.
    if (age >= KNOWN_FOR_MS && !this.#asking.has(topic)) this.ask(topic).catch(() => {});
    return known.partitions;
  }

  /** Asks the cluster if the count is unknown. If it does not answer, the first record of the topic asks again. */
  async prepare(topic: string): Promise<void> {
    if (!this.#known.has(topic)) await this.ask(topic).catch(() => {});
  }

  /** Asks the cluster. Resolves to 0 if the topic does not exist. Rejects with a KafkaClientError. */
  ask(topic: string): Promise<number> {
    const asking = this.#asking.get(topic) ?? this.#ask(topic);
    this.#asking.set(topic, asking);
    return asking;
  }

  async #ask(topic: string): Promise<number> {
    try {
      const partitions = await this.#producer.partitionCount(topic);
      this.#known.set(topic, { partitions, askedAt: this.#clock.monotonic() });
      return partitions;
    } finally {
      this.#asking.delete(topic);
    }
  }
}
