import { Counter, Histogram, type Registry } from 'prom-client';
import type { StreamsMetrics } from '../runtime/status/streams-metrics.js';

const THREAD = 'kafka_streams_stream_thread_metrics';
const TASK = 'kafka_streams_stream_task_metrics';
const STATE = 'kafka_streams_stream_state_metrics';

const PROCESS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];
const COMMIT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PERSIST_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const END_TO_END_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86_400];

/** Counts what a worker reports. The series of a task exist until `keepTasks` leaves the task out. */
export class WorkerMetrics implements StreamsMetrics {
  readonly #polled: Counter;
  readonly #processLatency: Histogram;
  readonly #commits: Counter;
  readonly #commitLatency: Histogram;
  readonly #aborts: Counter;
  readonly #rebalances: Counter;
  readonly #tasksCreated: Counter;
  readonly #tasksClosed: Counter;
  readonly #endToEnd: Histogram<'task_id'>;
  readonly #persistLatency: Histogram<'task_id'>;
  readonly #persistedEntries: Counter<'task_id'>;
  readonly #restored: Counter<'task_id' | 'state_id'>;
  /** The tasks with series, and their restored stores. */
  readonly #tasks = new Map<string, Set<string>>();

  /** `beforeScrape` is called before the series of tasks are read. */
  constructor(registry: Registry, beforeScrape: () => void) {
    const registers = [registry];
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    const histogram = (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name, help, buckets, registers });
    const ofTask = { labelNames: ['task_id'] as const, registers, collect: beforeScrape };
    this.#polled = counter(`${THREAD}_poll_records_total`, 'Records that polls brought');
    this.#processLatency = histogram(
      `${THREAD}_process_latency_seconds`,
      'A slice of some 500 records going through its task',
      PROCESS_SECONDS,
    );
    this.#commits = counter(`${THREAD}_commit_total`, 'Commits');
    this.#commitLatency = histogram(
      `${THREAD}_commit_latency_seconds`,
      'From the record boundary to the end of the transaction',
      COMMIT_SECONDS,
    );
    this.#aborts = counter(`${THREAD}_abort_total`, 'Transactions that were aborted');
    this.#rebalances = counter(`${THREAD}_rebalance_total`, 'Assignments');
    this.#tasksCreated = counter(`${THREAD}_task_created_total`, 'Tasks created');
    this.#tasksClosed = counter(`${THREAD}_task_closed_total`, 'Tasks closed');
    this.#endToEnd = new Histogram({
      name: `${TASK}_record_e2e_latency_seconds`,
      help: 'From the timestamp of the newest record of a commit until others can read what came of it',
      buckets: END_TO_END_SECONDS,
      ...ofTask,
    });
    this.#restored = new Counter({
      name: `${TASK}_restore_total`,
      help: 'Changelog records replayed',
      ...ofTask,
      labelNames: ['task_id', 'state_id'],
    });
    this.#persistLatency = new Histogram({
      name: `${STATE}_flush_latency_seconds`,
      help: 'A LevelDB batch of a task',
      buckets: PERSIST_SECONDS,
      ...ofTask,
    });
    this.#persistedEntries = new Counter({
      name: `${STATE}_flushed_entries_total`,
      help: 'Entries that went to disk',
      ...ofTask,
    });
  }

  polled(records: number): void {
    this.#polled.inc(records);
  }

  processed(_records: number, ms: number): void {
    this.#processLatency.observe(ms / 1000);
  }

  committed(ms: number): void {
    this.#commits.inc();
    this.#commitLatency.observe(ms / 1000);
  }

  aborted(): void {
    this.#aborts.inc();
  }

  rebalanced(): void {
    this.#rebalances.inc();
  }

  taskCreated(): void {
    this.#tasksCreated.inc();
  }

  taskClosed(): void {
    this.#tasksClosed.inc();
  }

  visible(task: string, ms: number): void {
    this.#storesOf(task);
    // A producer's clock may be ahead.
    this.#endToEnd.observe({ task_id: task }, Math.max(0, ms) / 1000);
  }

  persisted(task: string, entries: number, ms: number): void {
    this.#storesOf(task);
    this.#persistedEntries.inc({ task_id: task }, entries);
    this.#persistLatency.observe({ task_id: task }, ms / 1000);
  }

  restored(task: string, store: string, records: number): void {
    this.#storesOf(task).add(store);
    this.#restored.inc({ task_id: task, state_id: store }, records);
  }

  /** Removes the series of all tasks except these. */
  keepTasks(tasks: ReadonlySet<string>): void {
    for (const [task, stores] of this.#tasks) {
      if (tasks.has(task)) continue;
      this.#tasks.delete(task);
      for (const metric of [this.#endToEnd, this.#persistLatency, this.#persistedEntries])
        metric.remove({ task_id: task });
      for (const store of stores) this.#restored.remove({ task_id: task, state_id: store });
    }
  }

  #storesOf(task: string): Set<string> {
    let stores = this.#tasks.get(task);
    if (stores === undefined) {
      stores = new Set();
      this.#tasks.set(task, stores);
    }
    return stores;
  }
}
