import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AuditTable } from 'tributary/audit';
import type { ClusterView } from './cluster-view.js';
import type { CounterTotals } from './counter-totals.js';
import type { PolledProcess } from './process-poller.js';
import { remaining } from './process-view.js';
import type { AuditTotals, PartitionLag, UnreadPartitions } from './snapshot.js';

const LATENCY_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** The sources of the metrics at a scrape. A scrape sends no requests. */
export interface MetricsSource {
  readonly applicationId: string;
  readonly cluster: Pick<ClusterView, 'status' | 'topics'>;
  /** null while it is unknown. */
  readonly audit: AuditTotals | null;
  readonly counters: CounterTotals;
  readonly table: AuditTable;
  readonly lag: readonly PartitionLag[];
  readonly unread: readonly UnreadPartitions[];
  readonly processes: readonly PolledProcess[];
}

/**
 * Registers the monitor's metrics. docs/metrics.md has their names and meanings. Returns those that are observed, not
 * collected.
 */
export function monitorMetrics(registry: Registry, source: MetricsSource): { readonly latency: Histogram } {
  groupMetrics(registry, source);
  topicMetrics(registry, source);
  userMetrics(registry, source);
  processMetrics(registry, source);
  gauge(registry, 'tributary_cluster_up', '1 if the brokers answered at the last asking', [], metric =>
    metric.set(source.cluster.status.up ? 1 : 0),
  );
  const latency = new Histogram({
    name: 'users_end_to_end_latency_seconds',
    help: 'From the timestamp of the newest record of a commit until the monitor reads the commit',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  return { latency };
}

function groupMetrics(registry: Registry, source: MetricsSource): void {
  const labels = ['consumergroup', 'topic', 'partition'];
  const consumergroup = source.applicationId;
  gauge(registry, 'kafka_consumergroup_lag', 'End of the partition less the committed offset', labels, metric => {
    for (const { topic, partition, lag } of source.lag) metric.set({ consumergroup, topic, partition }, lag);
  });
  gauge(registry, 'kafka_consumergroup_lag_sum', 'Lag of all partitions', ['consumergroup', 'topic'], metric => {
    for (const { topic, lag } of source.lag) metric.inc({ consumergroup, topic }, lag);
  });
  gauge(registry, 'kafka_consumergroup_current_offset', 'Committed offset', labels, metric => {
    for (const { topic, partition, committed } of source.lag) {
      if (committed >= 0) metric.set({ consumergroup, topic, partition }, committed);
    }
  });
}

function topicMetrics(registry: Registry, source: MetricsSource): void {
  const { cluster } = source;
  const labels = ['topic', 'partition'];
  gauge(registry, 'kafka_topic_partition_current_offset', 'End of the partition', labels, metric => {
    for (const [topic, { partitions }] of cluster.topics) {
      for (const [partition, { high }] of partitions.entries()) metric.set({ topic, partition }, high);
    }
  });
  gauge(registry, 'kafka_topic_partition_oldest_offset', 'Beginning of the partition', labels, metric => {
    for (const [topic, { partitions }] of cluster.topics) {
      for (const [partition, { low }] of partitions.entries()) metric.set({ topic, partition }, low);
    }
  });
  gauge(registry, 'kafka_topic_partitions', 'Number of partitions', ['topic'], metric => {
    for (const [topic, { partitions }] of cluster.topics) metric.set({ topic }, partitions.length);
  });
  gauge(registry, 'tributary_unread_partitions', 'Partitions that were added and are not read', ['topic'], metric => {
    for (const { topic, partitions, read } of source.unread) metric.set({ topic }, partitions - read);
  });
}

function userMetrics(registry: Registry, source: MetricsSource): void {
  const { counters } = source;
  counter(registry, 'users_produced', 'Records in user', () => counters.produced);
  counter(registry, 'users_cleaned', 'Records that came out clean', () => counters.cleaned);
  counter(registry, 'users_rejected', 'Dead letters', () => counters.rejected);
  counter(registry, 'users_late', 'Records that came after their window had closed', () => counters.late);
  gauge(registry, 'users_lag', 'Produced and not processed yet', [], metric => {
    if (source.audit !== null) metric.set(source.audit.lag);
  });
  gauge(registry, 'users_unaccounted', 'Processed, and neither cleaned nor rejected', [], metric => {
    if (source.audit !== null) metric.set(source.audit.unaccounted);
  });
}

function processMetrics(registry: Registry, source: MetricsSource): void {
  gauge(registry, 'tributary_process_up', '1 if the topology process answers', ['host'], metric => {
    for (const { host, answer } of source.processes) metric.set({ host }, answer.up ? 1 : 0);
  });
  gauge(registry, 'tributary_tasks', 'Tasks by process and state', ['host', 'state'], metric => {
    for (const { host, answer } of source.processes) {
      for (const state of ['RESTORING', 'RUNNING'] as const) {
        const tasks = answer.up ? answer.status.tasks : [];
        metric.set({ host, state }, tasks.filter(task => task.state === state).length);
      }
    }
  });
  gauge(registry, 'tributary_task_stream_time_seconds', 'Event time', ['task_id'], metric => {
    for (const { task, streamTime } of source.table.tasks.values()) {
      if (streamTime >= 0) metric.set({ task_id: task }, streamTime / 1000);
    }
  });
  const restoring = 'Offsets of changelogs that are still to be read';
  gauge(registry, 'tributary_restore_remaining_records', restoring, ['host', 'task_id'], metric => {
    for (const { host, answer } of source.processes) {
      for (const task of answer.up ? answer.status.tasks : []) {
        const left = remaining(task);
        if (left !== undefined) metric.set({ host, task_id: task.id }, left);
      }
    }
  });
}

/** A gauge that is filled at each scrape. It does not show series that are gone, and unknown values are not 0. */
function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  collect: (metric: Gauge) => void,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      if (labelNames.length === 0) this.remove();
      collect(this);
    },
  });
}

/** A counter whose value is counted elsewhere. */
function counter(registry: Registry, name: string, help: string, total: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(total());
    },
  });
}
