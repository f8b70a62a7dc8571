import type { Checkpoint, InputOffsets } from 'tributary/audit';
import type { PartitionOffsets } from 'tributary/kafka';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';
import type { AuditTotals } from './snapshot.js';

/**
 * What went in compared with what came out. A task's counts and offsets are committed together, so `unaccounted` is
 * exact at any moment, also while tasks run. Ends of partitions are requested at another time, and only affect
 * `produced` and `lag`.
 *
 * @param tasks the latest checkpoint of each task
 * @param input ends of the input topic, by partition
 */
export function auditTotals(
  tasks: Iterable<Checkpoint>,
  input: readonly PartitionOffsets[],
  topics: UsersTopics = DEFAULT_TOPICS,
): AuditTotals {
  const totals = { produced: 0, cleaned: 0, rejected: 0, late: 0, lag: 0, unaccounted: 0 };
  const read = new Map<number, InputOffsets>();
  for (const record of tasks) {
    const { counts } = record;
    const cleaned = counts.out[topics.cleaned] ?? 0;
    totals.cleaned += cleaned;
    totals.rejected += counts.rejected;
    totals.late += counts.late;
    totals.unaccounted -= cleaned + counts.rejected;
    const offsets = inputOffsetsOf(record, topics);
    if (offsets === undefined) {
      totals.unaccounted += counts.in[topics.user] ?? 0;
      continue;
    }
    totals.unaccounted += offsets.next - offsets.begin + (offsets.earlier ?? 0);
    read.set(partitionOf(record), offsets);
  }
  for (const partition of new Set([...input.keys(), ...read.keys()])) {
    const ends = input[partition];
    const { begin, next, earlier = 0 } = read.get(partition) ?? { begin: ends?.low ?? 0, next: ends?.low ?? 0 };
    // Committed offsets were produced, even if the ends were requested before.
    const end = Math.max(ends?.high ?? next, next);
    totals.produced += end - begin + earlier;
    totals.lag += end - next;
  }
  return totals;
}

/** Records of the input topic that the task has processed. */
export function processedBy(
  { counts }: { readonly counts: { readonly in: Readonly<Record<string, number>> } },
  topics: UsersTopics,
): number {
  return counts.in[topics.user] ?? 0;
}

/**
 * undefined if the task does not read the input topic, has not started, or has a record of an earlier version without
 * offsets.
 */
function inputOffsetsOf({ offsets }: Checkpoint, topics: UsersTopics): InputOffsets | undefined {
  const input = offsets[topics.user];
  return input === undefined || input.begin < 0 || input.next < 0 ? undefined : input;
}

function partitionOf({ task }: Checkpoint): number {
  return Number(task.slice(task.lastIndexOf('_') + 1));
}
