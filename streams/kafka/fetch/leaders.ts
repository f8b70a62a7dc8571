import type { AssignedPartition } from './assigned-partition.js';
import type { BrokerConnections } from './broker-connections.js';
import { UNKNOWN_TOPIC_OR_PARTITION } from './fetch-errors.js';
import type { FetcherHost } from './fetcher-host.js';
import type { ClusterMetadata, TopicLeaders } from './metadata-request.js';

export interface LeadersOptions {
  readonly connections: BrokerConnections;
  readonly host: FetcherHost;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** Those that are assigned. */
  readonly partitions: () => Iterable<AssignedPartition>;
  /** Called when some were found. */
  readonly onLeaders: () => void;
}

/** Finds the leaders of the assigned partitions that have none, and the ids of their topics. */
export class Leaders {
  readonly #options: LeadersOptions;
  readonly #topicIds = new Map<string, string>();
  /** Topics that were created again, and are not read. */
  readonly #replaced = new Set<string>();
  #finding = false;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs: number;
  #closed = false;

  constructor(options: LeadersOptions) {
    this.#options = options;
    this.#pauseMs = options.backoffMs;
  }

  /** undefined: the cluster has no ids. */
  topicId(topic: string): string | undefined {
    return this.#topicIds.get(topic);
  }

  /** Asks the cluster at once, if a partition has no leader. */
  find(): void {
    if (this.#finding || this.#closed || this.#missing.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#finding = true;
    void this.#ask();
  }

  /** Asks after a pause: a leader that was just elected may not be known yet. */
  findLater(): void {
    if (this.#finding || this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.find();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.maxBackoffMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  get #missing(): readonly AssignedPartition[] {
    return [...this.#options.partitions()].filter(
      ({ leader, topic }) => leader === undefined && !this.#replaced.has(topic),
    );
  }

  async #ask(): Promise<void> {
    const { connections, host, onLeaders } = this.#options;
    try {
      const metadata = await connections.metadata([...new Set(this.#missing.map(({ topic }) => topic))]);
      if (this.#closed) return;
      this.#take(metadata);
    } catch (error) {
      if (!this.#closed) host.warn(`no leaders: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#finding = false;
    }
    if (this.#missing.length > 0) this.findLater();
    onLeaders();
  }

  #take({ topics }: ClusterMetadata): void {
    const found = new Map(topics.filter(topic => this.#isReadable(topic)).map(topic => [topic.topic, topic]));
    for (const assigned of this.#missing) {
      const leader = found.get(assigned.topic)?.leaders.get(assigned.partition);
      if (leader === undefined || leader.node < 0) continue;
      assigned.leader = leader;
      this.#pauseMs = this.#options.backoffMs;
    }
  }

  #isReadable({ topic, error, id }: TopicLeaders): boolean {
    const { host } = this.#options;
    if (error === UNKNOWN_TOPIC_OR_PARTITION) {
      host.warn(`topic ${topic} can't be read: Broker: Unknown topic or partition`);
    }
    if (error !== 0) return false;
    if (id === undefined) return true;
    if (this.#topicIds.get(topic) !== id && !host.onTopicId(topic, id)) {
      this.#replaced.add(topic);
      return false;
    }
    this.#topicIds.set(topic, id);
    return true;
  }
}
