import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { AuditTable, INSTANCE_EXPIRES_AFTER_MS } from 'tributary/audit';
import { auditTopicOf, type ConsumerRecord, type Logger, type Ports, repartitionTopicOf } from 'tributary/kafka';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';
import { auditTotals } from './audit-totals.js';
import { ClusterClient } from './cluster-client.js';
import { ClusterView, type WatchedTopics } from './cluster-view.js';
import { CounterTotals } from './counter-totals.js';
import { endToEndLatency } from './end-to-end-latency.js';
import { History } from './history.js';
import { monitorMetrics } from './monitor-metrics.js';
import { partitionLags } from './partition-lag.js';
import type { Fetch } from './process-client.js';
import { ProcessPoller } from './process-poller.js';
import { processView } from './process-view.js';
import { RejectedUsers } from './rejected-users.js';
import type { AuditTotals, HistoryEvent, Snapshot, TopologyEvent } from './snapshot.js';
import { type FollowedTopic, TopicFollower } from './topic-follower.js';
import { unreadPartitions } from './unread-partitions.js';
import { WindowTables } from './window-tables.js';

const POLL_TIMEOUT_MS = 100;
/** For a consumer that has nothing to read. */
const DRAIN_TIMEOUT_MS = 1;
/** For each partition of an output table, so that a long-lived topic does not delay the start. */
const TABLE_TAIL_RECORDS = 50_000;
/**
 * For each partition of the dead-letter topic: enough for the records that are shown, with the markers of their
 * transactions.
 */
const REJECTED_TAIL_RECORDS = 100;

/** Gets the events of the page. */
export interface SnapshotListener {
  topology(event: TopologyEvent): void;
  snapshot(snapshot: Snapshot): void;
}

export interface MonitorOptions {
  readonly applicationId: string;
  /** Default: the names that the application uses by default. */
  readonly topics?: UsersTopics;
  readonly ports: Ports;
  /** The brokers' addresses for messages, `host:port,...`. */
  readonly brokers?: string;
  readonly fetch: Fetch;
  readonly registry: Registry;
  readonly logger: Logger;
  /** The last message of a Kafka client since the previous call. undefined if there is none. */
  readonly complaint?: () => string | undefined;
  /** Interval of the requests to brokers and processes, and of the snapshots. In milliseconds, default 1000. */
  readonly intervalMs?: number;
}

/** Watches an application: its topics, its group and its processes. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #auditTopic: string;
  readonly #cluster: ClusterView;
  readonly #follower: TopicFollower;
  readonly #processes: ProcessPoller;
  readonly #closing = new AbortController();
  readonly #topics: UsersTopics;
  readonly #tables: WindowTables;
  readonly #rejected = new RejectedUsers();
  readonly #history = new History();
  readonly #counters = new CounterTotals();
  readonly #unreadable = new Set<string>();
  readonly #observe: (seconds: number) => void;
  #table = new AuditTable();
  /** The version of the input topic that the totals count. */
  #incarnation: number | undefined;
  #description: string | null = null;
  #audit: AuditTotals | null = null;
  #running: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** Throws a ConfigError if the client refuses its configuration. */
  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#topics = options.topics ?? DEFAULT_TOPICS;
    this.#tables = new WindowTables(this.#topics);
    const { applicationId, ports, brokers, logger, fetch, complaint } = options;
    this.#auditTopic = auditTopicOf(applicationId);
    const clientId = `${applicationId}-monitor`;
    this.#cluster = new ClusterView({
      client: new ClusterClient({
        consumer: ports.consumer({ clientId, groupId: applicationId, pollTimeoutMs: DRAIN_TIMEOUT_MS }),
        admin: ports.admin(),
      }),
      clock: ports.clock,
      logger,
      topics: () => this.#watched,
      ...(brokers === undefined ? {} : { brokers }),
      ...(complaint === undefined ? {} : { complaint }),
    });
    this.#follower = new TopicFollower({
      consumer: () => ports.consumer({ clientId, pollTimeoutMs: POLL_TIMEOUT_MS }),
      logger,
      onRecord: (record, live) => this.#apply(record, live),
      onReset: topic => this.#reset(topic),
    });
    this.#processes = new ProcessPoller({ applicationId, fetch, clock: ports.clock, logger });
    const { latency } = monitorMetrics(options.registry, this);
    this.#observe = seconds => latency.observe(seconds);
  }

  get applicationId(): string {
    return this.#options.applicationId;
  }

  get cluster(): ClusterView {
    return this.#cluster;
  }

  get counters(): CounterTotals {
    return this.#counters;
  }

  get processes(): ProcessPoller['processes'] {
    return this.#processes.processes;
  }

  /** The latest checkpoint of each task. */
  get table(): AuditTable {
    return this.#table;
  }

  /** The last known totals. null before that. */
  get audit(): AuditTotals | null {
    return this.#audit;
  }

  get lag(): Snapshot['lag'] {
    return partitionLags(this.#cluster, this.#watched.inputs, this.#table.tasks.values());
  }

  get unread(): Snapshot['unread'] {
    return unreadPartitions(this.#cluster, this.#watched.inputs, this.#auditTopic);
  }

  get topology(): TopologyEvent {
    return { description: this.#processes.description };
  }

  get history(): HistoryEvent {
    return this.#history.event;
  }

  get snapshot(): Snapshot {
    return {
      at: this.#options.ports.clock.now(),
      applicationId: this.applicationId,
      cluster: this.#cluster.status,
      audit: this.#audit,
      lag: this.lag,
      unread: this.unread,
      window: this.#tables.latest,
      closed: this.#tables.closed,
      distinctUsers: this.#tables.distinctUsers,
      processes: this.processes.map(process => processView(process, this.#table.tasks, this.#topics)),
      rejected: this.#rejected.latest,
      nodes: this.#processes.rates.total,
    };
  }

  /** Begins to watch. Resolves when it is closed. Rejects only for a defect of the monitor. */
  run(listener: SnapshotListener): Promise<void> {
    const running = Promise.all([
      this.#each(() => this.#askCluster()),
      this.#each(() => this.#askProcesses()),
      this.#each(async () => this.#publish(listener)),
      this.#follower.run(this.#closing.signal),
    ]);
    this.#running = running.catch(() => {});
    return running.then(() => {});
  }

  /** Resolves when no request is in progress. A call to a cluster that is away takes up to its time-out. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#processes.close();
    await this.#running;
    await this.#cluster.close();
  }

  async #each(round: () => Promise<void>): Promise<void> {
    const { intervalMs = 1000 } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const pause = delay(intervalMs, undefined, { signal }).catch(() => {});
      await round();
      await pause;
    }
  }

  get #tableTopics(): readonly string[] {
    const { countryCount, distinctUsers, windowSummary } = this.#topics;
    return [countryCount, distinctUsers, windowSummary];
  }

  get #watched(): WatchedTopics {
    const repartitions = [...this.#table.tasks.values()].flatMap(({ watermarks }) => Object.keys(watermarks));
    const names = [...new Set(repartitions)].sort();
    return {
      inputs: [this.#topics.user, ...names.map(name => repartitionTopicOf(this.applicationId, name))],
      others: [this.#auditTopic, this.#topics.cleaned, this.#topics.rejected, ...this.#tableTopics],
    };
  }

  async #askCluster(): Promise<void> {
    await this.#cluster.round(this.#closing.signal);
    if (!this.#cluster.status.up) return;
    this.#follower.follow(
      [this.#auditTopic, this.#topics.rejected, ...this.#tableTopics].flatMap((topic): FollowedTopic[] => {
        const figures = this.#cluster.topics.get(topic);
        if (figures === undefined) return [];
        const starts = figures.partitions.map(({ low, high }) => Math.max(low, high - this.#tailOf(topic)));
        return [{ topic, incarnation: figures.incarnation, starts }];
      }),
    );
  }

  /** It starts reading this number of offsets before the end of a partition. */
  #tailOf(topic: string): number {
    if (topic === this.#auditTopic) return Number.POSITIVE_INFINITY;
    return topic === this.#topics.rejected ? REJECTED_TAIL_RECORDS : TABLE_TAIL_RECORDS;
  }

  async #askProcesses(): Promise<void> {
    // While the brokers are away, no instance can give a sign of life.
    if (this.#cluster.status.up && this.#follower.isCaughtUp(this.#auditTopic)) {
      this.#table.forgetSilent(this.#options.ports.clock.now() - INSTANCE_EXPIRES_AFTER_MS);
    }
    await this.#processes.round(this.#table);
  }

  #apply(record: ConsumerRecord, live: boolean): void {
    try {
      if (record.topic === this.#auditTopic) this.#applyAudit(record, live);
      else if (record.topic === this.#topics.rejected) this.#rejected.apply(record, live);
      else this.#tables.apply(record);
    } catch (error) {
      const { topic, partition, offset } = record;
      const message = `${topic}-${partition}@${offset} is not what it should be: ${String(error)}`;
      // If one total is wrong, all may be.
      if (this.#unreadable.has(topic)) this.#options.logger.debug(message);
      else this.#options.logger.warn(message);
      this.#unreadable.add(topic);
    }
  }

  #applyAudit(record: ConsumerRecord, live: boolean): void {
    const task = String(record.key);
    const before = this.#table.tasks.get(task);
    this.#table.apply(record);
    const after = this.#table.tasks.get(task);
    if (!live || after === undefined || after === before) return;
    const latency = endToEndLatency(after, before, this.#topics, this.#options.ports.clock.now());
    if (latency !== undefined) this.#observe(latency / 1000);
  }

  #reset(topic: string): void {
    if (topic === this.#auditTopic) {
      this.#table = new AuditTable();
      this.#audit = null;
      this.#counters.restart();
    } else if (topic === this.#topics.rejected) this.#rejected.reset();
    else this.#tables.reset(topic);
  }

  #publish(listener: SnapshotListener): void {
    this.#count();
    const { snapshot } = this;
    if (snapshot.cluster.up && snapshot.audit !== null) this.#history.add(snapshot.at, snapshot.audit);
    const { topology } = this;
    if (topology.description !== this.#description) listener.topology(topology);
    this.#description = topology.description;
    listener.snapshot(snapshot);
  }

  #count(): void {
    const input = this.#cluster.topics.get(this.#topics.user);
    if (!this.#follower.isCaughtUp(this.#auditTopic)) return;
    if (input !== undefined && input.incarnation !== this.#incarnation) {
      if (this.#incarnation !== undefined) this.#counters.restart();
      this.#incarnation = input.incarnation;
    }
    this.#audit = auditTotals(this.#table.tasks.values(), input?.partitions ?? [], this.#topics);
    this.#counters.advance(this.#audit);
  }
}
