import type { Registry } from 'prom-client';
import type { GlobalStoreStatus, ProcessStatus, TaskStatus } from '../runtime/status/process-status.js';
import type { StreamsState } from '../runtime/status/streams-state.js';
import { type MetricName, registerScraped, type Sample } from './scraped-metric.js';

const CLIENT = 'kafka_streams_stream_metrics';
const TASK = 'kafka_streams_stream_task_metrics';
const TOPIC = 'kafka_streams_stream_topic_metrics';
const NODE = 'kafka_streams_stream_processor_node_metrics';
const STATE = 'kafka_streams_stream_state_metrics';
const GLOBAL = 'kafka_streams_global_store_metrics';

/** The numbers of KIP-1091. 5 is PENDING_ERROR, a state that does not exist here. */
const STATE_NUMBERS: Readonly<Record<StreamsState, number>> = Object.freeze({
  CREATED: 0,
  REBALANCING: 1,
  RUNNING: 2,
  PENDING_SHUTDOWN: 3,
  NOT_RUNNING: 4,
  ERROR: 6,
});

interface StatusMetric extends MetricName {
  readonly samples: (status: ProcessStatus) => readonly Sample[];
}

/**
 * The metrics that show a process's status. They are read at a scrape, so they cost nothing in between, and they do not
 * show tasks that have left. `status` returns undefined while there is no status.
 */
export function registerStatusMetrics(registry: Registry, status: () => ProcessStatus | undefined): void {
  for (const metric of STATUS_METRICS) {
    registerScraped(registry, metric, () => {
      const now = status();
      return now === undefined ? [] : metric.samples(now);
    });
  }
}

function byTask(samples: (task: TaskStatus) => readonly Sample[]): StatusMetric['samples'] {
  return ({ tasks }) =>
    tasks.flatMap(task =>
      samples(task).map(({ labels, value }) => ({ labels: { task_id: task.id, ...labels }, value })),
    );
}

/** Counts are unknown until the task is restored. 0 would look like a reset. */
function byRunningTask(samples: (task: TaskStatus) => readonly Sample[]): StatusMetric['samples'] {
  return byTask(task => (task.state === 'RUNNING' ? samples(task) : []));
}

function byGlobalStore(value: (status: GlobalStoreStatus) => number): StatusMetric['samples'] {
  return ({ globalStores }) =>
    globalStores.map(status => ({
      labels: { state_id: status.store, topic_name: status.topic },
      value: value(status),
    }));
}

function only(value: number | undefined): readonly Sample[] {
  return [{ labels: {}, value }];
}

function byLabel(label: string, values: Iterable<readonly [string, number | undefined]>): readonly Sample[] {
  return Array.from(values, ([name, value]) => ({ labels: { [label]: name }, value }));
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const STATUS_METRICS: readonly StatusMetric[] = [
  {
    name: `${CLIENT}_info`,
    help: '1; the labels say which process this is',
    type: 'gauge',
    labels: ['application_id', 'instance_id', 'application_server'],
    samples: ({ applicationId, instance, host }) => [
      {
        labels: { application_id: applicationId, instance_id: instance ?? '', application_server: host ?? '' },
        value: 1,
      },
    ],
  },
  {
    name: `${CLIENT}_client_state`,
    help: '0 CREATED, 1 REBALANCING, 2 RUNNING, 3 PENDING_SHUTDOWN, 4 NOT_RUNNING, 6 ERROR',
    type: 'gauge',
    labels: [],
    samples: ({ state }) => only(STATE_NUMBERS[state]),
  },
  {
    name: `${CLIENT}_unreadable_partitions`,
    help: 'Partitions that wait at a batch which this build of librdkafka can not decompress',
    type: 'gauge',
    labels: [],
    samples: ({ unreadable }) => only(unreadable.length),
  },
  {
    name: `${TASK}_process_total`,
    help: 'Records of source topics',
    type: 'counter',
    labels: ['task_id'],
    samples: byRunningTask(({ counts }) => only(sum(counts.in))),
  },
  {
    name: `${TASK}_dropped_records_total`,
    help: 'Records skipped for a null key, a null value or an invalid timestamp',
    type: 'counter',
    labels: ['task_id'],
    samples: byRunningTask(({ counts }) => only(counts.dropped)),
  },
  {
    name: `${TASK}_late_records_total`,
    help: 'Records that came after their window had closed',
    type: 'counter',
    labels: ['task_id'],
    samples: byRunningTask(({ counts }) => only(counts.late)),
  },
  {
    name: `${TASK}_dead_letter_records_total`,
    help: 'Source records that could not be processed',
    type: 'counter',
    labels: ['task_id'],
    samples: byRunningTask(({ counts }) => only(counts.rejected)),
  },
  {
    name: `${TASK}_failed_results_total`,
    help: 'Results that failed in a commit, or after something of their record was sent',
    type: 'counter',
    labels: ['task_id'],
    samples: byRunningTask(({ counts }) => only(counts.failedResults ?? 0)),
  },
  {
    name: `${TASK}_stream_time_seconds`,
    help: 'Event time, since the epoch',
    type: 'gauge',
    labels: ['task_id'],
    samples: byTask(({ streamTime }) => only(streamTime < 0 ? undefined : streamTime / 1000)),
  },
  {
    name: `${TASK}_restore_remaining_records_total`,
    help: 'Offsets of the changelog still to be read',
    type: 'gauge',
    labels: ['task_id', 'state_id'],
    samples: byTask(({ restoring }) =>
      byLabel(
        'state_id',
        restoring.map(({ store, remaining }) => [store, remaining]),
      ),
    ),
  },
  {
    name: `${TASK}_standby_lag`,
    help: 'Distance in offsets of a hot standby to the end of its changelog, at the last request for that end',
    type: 'gauge',
    labels: ['task_id', 'state_id'],
    samples: ({ standbys }) =>
      standbys.flatMap(({ id, stores }) =>
        stores.map(({ store, lag }) => ({ labels: { task_id: id, state_id: store }, value: lag })),
      ),
  },
  {
    name: `${TOPIC}_records_consumed_total`,
    help: 'Records of a source topic',
    type: 'counter',
    labels: ['task_id', 'topic_name'],
    samples: byRunningTask(({ counts }) => byLabel('topic_name', Object.entries(counts.in))),
  },
  {
    name: `${TOPIC}_records_produced_total`,
    help: 'Records sent to an output topic',
    type: 'counter',
    labels: ['task_id', 'topic_name'],
    samples: byRunningTask(({ counts }) => byLabel('topic_name', Object.entries(counts.out))),
  },
  {
    name: `${NODE}_process_total`,
    help: 'Records that a node received',
    type: 'counter',
    labels: ['task_id', 'processor_node_id'],
    samples: byTask(({ nodes }) =>
      byLabel(
        'processor_node_id',
        Object.entries(nodes).map(([name, { received }]) => [name, received]),
      ),
    ),
  },
  {
    name: `${NODE}_forward_total`,
    help: 'Records that a node passed on',
    type: 'counter',
    labels: ['task_id', 'processor_node_id'],
    samples: byTask(({ nodes }) =>
      byLabel(
        'processor_node_id',
        Object.entries(nodes).map(([name, { forwarded }]) => [name, forwarded]),
      ),
    ),
  },
  {
    name: `${STATE}_cache_entries`,
    help: 'Entries written and not committed',
    type: 'gauge',
    labels: ['task_id', 'state_id'],
    samples: byTask(({ stores }) =>
      byLabel(
        'state_id',
        stores.map(({ store, dirty }) => [store, dirty]),
      ),
    ),
  },
  {
    name: `${STATE}_unflushed_entries`,
    help: 'Entries committed and not on disk',
    type: 'gauge',
    labels: ['task_id', 'state_id'],
    samples: byTask(({ stores }) =>
      byLabel(
        'state_id',
        stores.map(({ store, unpersisted }) => [store, unpersisted]),
      ),
    ),
  },
  {
    name: `${GLOBAL}_records_total`,
    help: 'Records of the topic of a global store that were read',
    type: 'counter',
    labels: ['state_id', 'topic_name'],
    samples: byGlobalStore(({ records }) => records),
  },
  {
    name: `${GLOBAL}_dropped_records_total`,
    help: 'Records of the topic of a global store that were skipped for a null key',
    type: 'counter',
    labels: ['state_id', 'topic_name'],
    samples: byGlobalStore(({ dropped }) => dropped),
  },
  {
    name: `${GLOBAL}_failed_records_total`,
    help: 'Records of the topic of a global store that were skipped because they could not be deserialized',
    type: 'counter',
    labels: ['state_id', 'topic_name'],
    samples: byGlobalStore(({ failed }) => failed),
  },
  {
    name: `${GLOBAL}_restore_remaining_records`,
    help: 'Offsets of the topic of a global store still to be read before anything is processed',
    type: 'gauge',
    labels: ['state_id', 'topic_name'],
    samples: byGlobalStore(({ remaining }) => remaining),
  },
];
