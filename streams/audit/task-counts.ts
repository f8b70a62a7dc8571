import { byName } from './by-name.js';

/** What a task has done since the application began, over all its restarts: it is committed with what it counts. */
export interface TaskCounts {
  /** Records processed, by source topic. */
  readonly in: Record<string, number>;
  /** Records sent by the topology's sinks, by topic. Of topics that extractors choose 500 have a count, the rest is `(other)`. */
  readonly out: Record<string, number>;
  /** Source records that failed, and of which no sink has output anything: each once, however many nodes refused it. */
  rejected: number;
  /** What else failed: results of a commit, and of records that a sink has output. Records of earlier versions lack it. */
  failedResults?: number;
  /** Records that came after their window had closed, each once. */
  late: number;
  /** Records skipped for a null key, a null value or an invalid timestamp where an operator can't use them. */
  dropped: number;
}

export function newTaskCounts(): TaskCounts {
  return { in: {}, out: {}, rejected: 0, failedResults: 0, late: 0, dropped: 0 };
}

/** A copy to count on in, whatever topics are called. */
export function resumedTaskCounts(counts: TaskCounts): TaskCounts {
  return { ...newTaskCounts(), ...counts, in: byName(counts.in), out: byName(counts.out) };
}
