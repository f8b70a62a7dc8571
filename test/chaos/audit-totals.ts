import type { ConsumerRecord } from '../../streams/kafka/record.js';

/** The audit of all tasks together. */
export interface AuditTotals {
  readonly tasks: number;
  readonly in: number;
  readonly cleaned: number;
  readonly rejected: number;
  readonly late: number;
  readonly dropped: number;
  /** How far all tasks have come in the topic `user`, by their offsets. */
  readonly offsets: number;
}

interface TaskRecord {
  readonly counts: {
    readonly in: Readonly<Record<string, number>>;
    readonly out: Readonly<Record<string, number>>;
    readonly rejected: number;
    readonly late: number;
    readonly dropped: number;
  };
  readonly watermarks: Readonly<Record<string, readonly number[]>>;
  readonly offsets: Readonly<Record<string, { readonly begin: number; readonly next: number }>>;
}

const TASK_KEY = /^\d+_\d+$/;

/** Adds up the last record of each task in the audit topic. */
export function auditTotals(records: readonly ConsumerRecord[]): AuditTotals {
  const tasks = lastRecords(records);
  const sum = (of: (task: TaskRecord) => number): number =>
    [...tasks.values()].reduce((total, task) => total + of(task), 0);
  return {
    tasks: tasks.size,
    in: sum(({ counts }) => counts.in.user ?? 0),
    cleaned: sum(({ counts }) => counts.out['user-cleaned'] ?? 0),
    rejected: sum(({ counts }) => counts.rejected),
    late: sum(({ counts }) => counts.late),
    dropped: sum(({ counts }) => counts.dropped),
    offsets: sum(({ offsets }) => (offsets.user?.next ?? 0) - (offsets.user?.begin ?? 0)),
  };
}

/** How many tasks have heard a time of each task that sends to them. */
export function tasksWithTime(records: readonly ConsumerRecord[]): number {
  const times = [...lastRecords(records).values()].map(({ watermarks }) => Object.values(watermarks).flat());
  return times.filter(heard => heard.length > 0 && heard.every(time => time >= 0)).length;
}

function lastRecords(records: readonly ConsumerRecord[]): ReadonlyMap<string, TaskRecord> {
  const tasks = new Map<string, TaskRecord>();
  for (const { key, value } of records) {
    if (TASK_KEY.test(String(key))) tasks.set(String(key), JSON.parse(String(value)) as TaskRecord);
  }
  return tasks;
}

/** When the last task had processed all that it processed, milliseconds since the epoch: commits after that have counted nothing. */
export function processedAt(records: readonly ConsumerRecord[]): number {
  const last = new Map<string, { readonly processed: number; readonly at: number }>();
  for (const { key, value, timestamp } of records) {
    if (!TASK_KEY.test(String(key))) continue;
    const processed = (JSON.parse(String(value)) as TaskRecord).counts.in.user ?? 0;
    if (last.get(String(key))?.processed !== processed) last.set(String(key), { processed, at: timestamp });
  }
  return Math.max(...[...last.values()].map(({ at }) => at));
}
