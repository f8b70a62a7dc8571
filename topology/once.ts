import type { KafkaStreams, Ports, TaskStatus } from 'tributary';
import { readTopic } from 'tributary/kafka';
import type { UsersTopics } from '../command/users-topics.js';
import { RejectionCounts } from './rejection-counts.js';
import type { WindowSummary } from './window-summary.js';

/** The result of a file of users. */
export interface OnceResult {
  readonly produced: number;
  readonly cleaned: number;
  readonly rejected: number;
  /** Rejected users by reason, the most frequent first. */
  readonly rejections: Readonly<Record<string, number>>;
  readonly late: number;
  /** Produced users that are neither cleaned nor rejected: 0 when none is lost or counted twice. */
  readonly unaccounted: number;
  /** By window start. */
  readonly windows: readonly WindowSummary[];
}

/** Waits until everything that was produced is processed and all windows are closed, and reads the results. */
export async function onceProcessed(
  application: KafkaStreams,
  ports: Ports,
  topics: UsersTopics,
  produced: number,
): Promise<OnceResult> {
  await application.drain();
  const { cleaned, rejected, late } = totals(application.tasks, topics);
  const records = await readTopic(ports, 'window-summary-reader', topics.windowSummary);
  const windows = records.flatMap(({ value }) =>
    value === null ? [] : [JSON.parse(value.toString()) as WindowSummary],
  );
  windows.sort((a, b) => (a.windowStart < b.windowStart ? -1 : 1));
  const rejections = new RejectionCounts();
  for (const record of await readTopic(ports, 'user-rejected-reader', topics.rejected)) rejections.add(record);
  const reasons = Object.fromEntries(rejections.byReason);
  // The embedded broker keeps only a few megabytes of each partition.
  if (rejections.total < rejected) reasons['no longer in user-rejected'] = rejected - rejections.total;
  return {
    produced,
    cleaned,
    rejected,
    rejections: reasons,
    late,
    unaccounted: produced - cleaned - rejected,
    windows,
  };
}

function totals(
  tasks: readonly TaskStatus[],
  topics: UsersTopics,
): { cleaned: number; rejected: number; late: number } {
  const total = { cleaned: 0, rejected: 0, late: 0 };
  for (const { counts } of tasks) {
    total.cleaned += counts.out[topics.cleaned] ?? 0;
    total.rejected += counts.rejected;
    total.late += counts.late;
  }
  return total;
}
