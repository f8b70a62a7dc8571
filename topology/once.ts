import type { KafkaStreams, Ports, TaskStatus } from '../streams/index.js';
import { readTopic } from '../streams/kafka/topic-reader.js';
import type { UsersTopics } from './topics.js';
import type { WindowSummary } from './window-summary.js';

/** What came of a file of users. */
export interface OnceResult {
  readonly produced: number;
  readonly cleaned: number;
  readonly rejected: number;
  readonly late: number;
  /** Produced and neither cleaned nor rejected: 0 when nothing is lost or doubled. */
  readonly unaccounted: number;
  /** By window start. */
  readonly windows: readonly WindowSummary[];
}

/** Waits until everything that was produced is processed and all windows are closed, and reads what they came to. */
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
  return { produced, cleaned, rejected, late, unaccounted: produced - cleaned - rejected, windows };
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
