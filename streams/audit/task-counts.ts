import { byName } from './by-name.js';

/** The work of a task since the application began, over all its restarts. It is committed together with that work. */
export interface TaskCounts {
  /** Records processed, by source topic. */
  readonly in: Record<string, number>;
  /**
   * Records sent by the topology's sinks, by topic. Of topics chosen by extractors, 500 are counted by name, the others
   * as `(other)`.
   */
  readonly out: Record<string, number>;
  /**
   * Source records that failed and from which no sink has sent anything. Each counts once, however many nodes refused
   * it.
   */
  rejected: number;
  /**
   * Other failures: results of a commit, and of records from which a sink has sent something. Absent in records of
   * earlier versions.
   */
  failedResults?: number;
  /** Records that arrived after their window had closed. Each counts once. */
  late: number;
  /** Records dropped for a null key, a null value or an invalid timestamp that an operator can't use. */
  dropped: number;
}

export function newTaskCounts(): TaskCounts {
  return { in: {}, out: {}, rejected: 0, failedResults: 0, late: 0, dropped: 0 };
}

/** A copy to count on. Topics may have any name. */
export function resumedTaskCounts(counts: TaskCounts): TaskCounts {
  return { ...newTaskCounts(), ...counts, in: byName(counts.in), out: byName(counts.out) };
}
