import type { PolledBatch, UnreadableBatch } from '../ports.js';
import { type ConsumerRecord, partitionId, type TopicPartition, type TopicPartitionOffset } from '../record.js';
import { AssignedPartition, type PartitionRequest } from './assigned-partition.js';
import { BrokerConnections, type FetchSettings } from './broker-connections.js';
import { BrokerFetches } from './broker-fetches.js';
import { FetchCounts } from './fetch-counts.js';
import { isOfLeader, OFFSET_OUT_OF_RANGE, pollErrorOf, unreadableBatch } from './fetch-errors.js';
import type { FetchedPartition } from './fetch-request.js';
import type { FetcherHost } from './fetcher-host.js';
import { Leaders } from './leaders.js';

/** A batch that can't be read is reported as unreadable after this many failures, and is fetched again after a pause. */
const UNREADABLE_AFTER = 3;
const ERROR_PAUSE_MS = 500;

/**
 * Reads partitions by Fetch requests of its own, read_committed. It is not a member of a group: its owner says what it
 * reads. One response or two of each broker are fetched ahead, so its memory is bounded.
 */
export class Fetcher {
  readonly counts = new FetchCounts();
  readonly #host: FetcherHost;
  readonly #connections: BrokerConnections;
  readonly #leaders: Leaders;
  readonly #fetches: BrokerFetches;
  readonly #partitions = new Map<string, AssignedPartition>();
  /** The same, in the order of the next poll. */
  #order: AssignedPartition[] = [];
  readonly #unreadable = new Map<string, UnreadableBatch>();
  /** An error for the next poll. */
  #failure: Error | undefined;
  #onNews: (() => void) | undefined;
  #closed = false;

  constructor(settings: FetchSettings, host: FetcherHost) {
    this.#host = host;
    this.#connections = new BrokerConnections(settings, this.counts);
    this.#leaders = new Leaders({
      connections: this.#connections,
      host,
      backoffMs: settings.backoffMs,
      maxBackoffMs: settings.maxBackoffMs,
      partitions: () => this.#partitions.values(),
      onLeaders: () => this.#fetches.pump(),
    });
    this.#fetches = new BrokerFetches({
      settings,
      connections: this.#connections,
      warn: message => host.warn(message),
      partitions: () => this.#partitions.values(),
      topicId: topic => this.#leaders.topicId(topic),
      onResponse: (request, fetched) => this.#onResponse(request, fetched),
      onLost: partitions => this.#findLeaders(partitions),
    });
  }

  /** Rejects if no broker answers, or if none takes the requests of this fetcher. */
  async connect(): Promise<void> {
    await this.#connections.metadata([]);
  }

  get unreadable(): readonly UnreadableBatch[] {
    return [...this.#unreadable.values()];
  }

  /** True if nothing is assigned. */
  get isIdle(): boolean {
    return this.#partitions.size === 0;
  }

  /** Reads these partitions in addition. An offset below 0 is the oldest record. */
  add(partitions: readonly TopicPartitionOffset[]): void {
    for (const partition of partitions) this.#partitions.set(partitionId(partition), new AssignedPartition(partition));
    this.#assigned();
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#partitions.delete(partitionId(partition));
      this.#unreadable.delete(partitionId(partition));
    }
    this.#assigned();
  }

  /** Reads these partitions only. */
  assign(partitions: readonly TopicPartitionOffset[]): void {
    this.#partitions.clear();
    this.#unreadable.clear();
    this.#failure = undefined;
    this.add(partitions);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partitionId(partition))?.pause();
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#partitions.get(partitionId(partition))?.resume();
    this.#fetches.pump();
  }

  /** No partition is paused after this call. */
  resumeAll(): void {
    this.resume(this.#order.filter(({ isPaused }) => isPaused));
  }

  /** Takes what was fetched. Waits for it if there is nothing. */
  async poll(maxRecords: number, timeoutMs: number): Promise<PolledBatch> {
    if (!this.#hasNews) await this.#news(timeoutMs);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    const batch = this.#take(maxRecords);
    this.counts.records += batch.records.length;
    this.#fetches.pump();
    return batch;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#partitions.clear();
    this.#order = [];
    this.#leaders.close();
    this.#fetches.close();
    await this.#connections.close();
  }

  #assigned(): void {
    this.#order = [...this.#partitions.values()];
    for (const assigned of this.#order) if (assigned.position === undefined) void this.#lookUp(assigned);
    this.#leaders.find();
    this.#fetches.pump();
  }

  get #hasNews(): boolean {
    return this.#failure !== undefined || this.#order.some(({ hasNews }) => hasNews);
  }

  #news(timeoutMs: number): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        this.#onNews = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#onNews = done;
    });
  }

  /**
   * One response after the other, each of one partition. Records of few partitions at a time mean that few tasks have
   * something to commit: with an equal share of each partition in each poll, the users workload writes a fifth more to
   * its internal topics, and costs the broker more (measured).
   */
  #take(maxRecords: number): PolledBatch {
    const records: ConsumerRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    while (records.length < maxRecords) {
      const assigned = this.#order.find(({ hasNews }) => hasNews);
      if (assigned === undefined) break;
      const isDone = this.#takeFrom(assigned, maxRecords - records.length, records, ends);
      const others = this.#order.filter(each => each !== assigned);
      this.#order = isDone ? [...others, assigned] : [assigned, ...others];
    }
    return { records, ends };
  }

  /** True if the next response of the partition must wait for its turn. */
  #takeFrom(
    assigned: AssignedPartition,
    max: number,
    records: ConsumerRecord[],
    ends: TopicPartitionOffset[],
  ): boolean {
    const before = records.length;
    let isDone = true;
    try {
      isDone = assigned.take(max, records, ends);
    } catch (error) {
      this.#onBadBatch(assigned, error);
    }
    if (records.length > before && this.#unreadable.size > 0) this.#unreadable.delete(partitionId(assigned));
    return isDone;
  }

  #onResponse(request: PartitionRequest, fetched: FetchedPartition): void {
    const { assigned } = request;
    if (this.#partitions.get(partitionId(assigned)) !== assigned || !assigned.awaits(request)) return;
    const { error } = fetched;
    if (error === 0) {
      try {
        assigned.add(request, fetched);
      } catch (thrown) {
        this.#onBadBatch(assigned, thrown);
      }
    } else if (error === OFFSET_OUT_OF_RANGE && assigned.isAheadOf(request)) {
      // A damaged batch may have said which offset comes after it.
      assigned.catchUp();
    } else if (error === OFFSET_OUT_OF_RANGE) {
      const { topic, partition } = assigned;
      this.#host.warn(`${topic} [${partition}]: offset ${request.offset} is out of range, reset to the oldest record`);
      assigned.lose();
      void this.#lookUp(assigned);
    } else if (isOfLeader(error)) {
      this.#findLeaders([assigned]);
    } else {
      assigned.notBefore = performance.now() + ERROR_PAUSE_MS;
      this.#failure = pollErrorOf(error, assigned.topic) ?? this.#failure;
      this.#host.warn(`${assigned.topic} [${assigned.partition}]: the broker answers a fetch with error ${error}`);
      this.#fetches.pumpAfter(ERROR_PAUSE_MS);
    }
    if (assigned.hasNews || this.#failure !== undefined) this.#onNews?.();
  }

  #onBadBatch(assigned: AssignedPartition, thrown: unknown): void {
    const unreadable = unreadableBatch(assigned, thrown);
    if (unreadable === undefined) throw thrown;
    assigned.failures++;
    assigned.notBefore = performance.now() + ERROR_PAUSE_MS * Math.min(assigned.failures, 10);
    this.#fetches.pumpAfter(ERROR_PAUSE_MS * Math.min(assigned.failures, 10));
    if (assigned.failures < UNREADABLE_AFTER) {
      this.#host.warn(unreadable.reason);
      return;
    }
    const id = partitionId(assigned);
    if (!this.#unreadable.has(id)) this.#host.error(unreadable.reason);
    this.#unreadable.set(id, unreadable);
  }

  #findLeaders(partitions: readonly AssignedPartition[]): void {
    for (const assigned of partitions) assigned.leader = undefined;
    this.#leaders.findLater();
  }

  /** Finds the oldest record, and tries until the cluster answers. */
  async #lookUp(assigned: AssignedPartition): Promise<void> {
    const isAssigned = (): boolean => !this.#closed && this.#partitions.get(partitionId(assigned)) === assigned;
    while (isAssigned() && assigned.position === undefined) {
      try {
        const { low } = await this.#host.offsets(assigned);
        if (isAssigned() && assigned.position === undefined) assigned.seek(low);
      } catch (error) {
        this.#host.warn(error instanceof Error ? error.message : String(error));
        await new Promise(resolve => setTimeout(resolve, ERROR_PAUSE_MS));
      }
    }
    this.#fetches.pump();
  }
}
