import {
  type Clock,
  KafkaClientError,
  type Logger,
  OutageReports,
  type PartitionOffsets,
  type TopicPartition,
} from 'tributary/kafka';
import type { ClusterClient } from './cluster-client.js';

/** Longer than the first attempt to connect, which ends with a reason. */
const PATIENCE_MS = 1800;
/** The list of topics, and ends that change slowly or matter less, are requested only every so many rounds. */
const FULL_ROUND_EVERY = 10;

/** Error codes of a cluster that answers, about a partition that does not exist, or not yet. */
const UNAVAILABLE: ReadonlySet<number> = new Set([-190, -188, 3, 5, 6, 9]);

export interface ClusterStatus {
  /** True if the cluster answered the last request. */
  readonly up: boolean;
  /** The reason if not, else null. */
  readonly reason: string | null;
  /** The last change between up and not up. Milliseconds since the epoch. */
  readonly since: number;
}

export interface TopicFigures {
  /**
   * Changes when the topic was deleted and created again, or has other partitions. Then what was read of it is void.
   */
  readonly incarnation: number;
  /** By partition. */
  readonly partitions: readonly PartitionOffsets[];
}

export interface WatchedTopics {
  /** Topics of the consumer group. Their ends and committed offsets are requested in each round. */
  readonly inputs: readonly string[];
  readonly others: readonly string[];
}

export interface ClusterViewOptions {
  readonly client: ClusterClient;
  /** The brokers' addresses for messages, `host:port,...`. */
  readonly brokers?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly topics: () => WatchedTopics;
  /** The last message of a client since the previous call, to report with a reason. undefined if there is none. */
  readonly complaint?: () => string | undefined;
  /**
   * Without an answer for this time the cluster counts as away, though the call may still succeed. In milliseconds,
   * default 1800.
   */
  readonly patienceMs?: number;
}

/**
 * What the brokers report about the application's topics and its group. Its requests never create a topic. While the
 * brokers do not answer, the last known values stay.
 */
export class ClusterView {
  readonly #options: ClusterViewOptions;
  readonly #topics = new Map<string, TopicFigures>();
  readonly #committed = new Map<string, number>();
  #counts: ReadonlyMap<string, number> = new Map();
  #status: ClusterStatus;
  readonly #outages: OutageReports;
  #answered = false;
  #incarnations = 0;
  #rounds = 0;
  #committing: Promise<void> | undefined;

  constructor(options: ClusterViewOptions) {
    this.#options = options;
    this.#outages = new OutageReports(() => options.clock.monotonic());
    this.#status = { up: false, reason: 'the cluster has not answered yet', since: options.clock.now() };
  }

  get status(): ClusterStatus {
    return this.#status;
  }

  /** True if it has answered since the monitor began. */
  get answered(): boolean {
    return this.#answered;
  }

  /** The existing ones. */
  get topics(): ReadonlyMap<string, TopicFigures> {
    return this.#topics;
  }

  /** The group's committed offset. -1 if there is none, undefined if it is unknown. */
  committed({ topic, partition }: TopicPartition): number | undefined {
    return this.#committed.get(`${topic}-${partition}`);
  }

  /**
   * Runs one round of requests. Stops between two calls when `closing` is aborted. Only one round may be in progress: a
   * call to a cluster that is away takes up to its time-out.
   */
  async round(closing: AbortSignal): Promise<void> {
    try {
      await this.#ask(() => this.#options.client.connect());
      await this.#options.client.drain();
      const { inputs, others } = this.#options.topics();
      const all = [...inputs, ...others];
      const full = this.#rounds % FULL_ROUND_EVERY === 0 || all.some(topic => !this.#topics.has(topic));
      if (full) await this.#readCounts(all);
      this.#askCommitted(inputs);
      for (const topic of full ? all : inputs) {
        if (closing.aborted) return;
        await this.#readEnds(topic);
      }
      this.#rounds++;
      this.#succeeded();
    } catch (error) {
      if (!(error instanceof KafkaClientError)) throw error;
      this.#failed(error.message);
    }
  }

  /** Waits for the call in progress. */
  async close(): Promise<void> {
    await this.#committing;
    await this.#options.client.close();
  }

  async #readCounts(topics: readonly string[]): Promise<void> {
    this.#counts = await this.#ask(() => this.#options.client.partitionCounts(topics));
    for (const [topic, { partitions }] of this.#topics) {
      if (this.#counts.has(topic)) continue;
      this.#topics.delete(topic);
      for (const partition of partitions.keys()) this.#committed.delete(`${topic}-${partition}`);
    }
  }

  async #readEnds(topic: string): Promise<void> {
    const count = this.#counts.get(topic);
    if (count === undefined) return;
    const partitions: PartitionOffsets[] = [];
    try {
      // One after the other: each call takes one of Node's few threads, up to its time-out.
      for (let partition = 0; partition < count; partition++) {
        partitions.push(await this.#ask(() => this.#options.client.partitionOffsets({ topic, partition })));
      }
    } catch (error) {
      if (!(error instanceof KafkaClientError && UNAVAILABLE.has(error.code))) throw error;
      // The topic is being created, deleted or moved. The next round asks again.
      this.#options.logger.debug(error.message);
      this.#rounds = -1;
      return;
    }
    const known = this.#topics.get(topic);
    const same =
      known?.partitions.length === count && known.partitions.every(({ high }, i) => (partitions[i]?.high ?? 0) >= high);
    const incarnation = known !== undefined && same ? known.incarnation : ++this.#incarnations;
    this.#topics.set(topic, { incarnation, partitions });
  }

  /** The answer waits for open transactions, up to its time-out. Nothing else may wait for it. */
  #askCommitted(topics: readonly string[]): void {
    if (this.#committing !== undefined) return;
    const partitions = topics.flatMap(topic =>
      Array.from({ length: this.#counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
    );
    if (partitions.length === 0) return;
    this.#committing = this.#readCommitted(partitions).finally(() => {
      this.#committing = undefined;
    });
  }

  async #readCommitted(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      for (const { topic, partition, offset } of await this.#options.client.committed(partitions)) {
        if (this.#counts.has(topic)) this.#committed.set(`${topic}-${partition}`, offset);
      }
    } catch (error) {
      this.#options.logger.debug(`committed offsets: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    const { patienceMs = PATIENCE_MS, brokers } = this.#options;
    const from = brokers === undefined ? '' : ` from ${brokers}`;
    const impatient = setTimeout(() => this.#failed(`no answer${from} within ${patienceMs} ms`), patienceMs);
    try {
      return await call();
    } finally {
      clearTimeout(impatient);
    }
  }

  #succeeded(): void {
    this.#answered = true;
    this.#options.complaint?.();
    this.#outages.end();
    if (this.#status.up) return;
    this.#options.logger.info('the cluster answers');
    this.#status = { up: true, reason: null, since: this.#options.clock.now() };
  }

  #failed(message: string): void {
    const complaint = this.#options.complaint?.();
    const reason = complaint === undefined ? message : `${message} (${complaint})`;
    const { up, since } = this.#status;
    if (this.#outages.isDue()) this.#options.logger.warn(`the cluster does not answer: ${reason}`);
    this.#status = { up: false, reason, since: up ? this.#options.clock.now() : since };
  }
}
