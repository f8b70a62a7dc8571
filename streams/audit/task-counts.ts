/** What a task has done since the application began, over all its restarts: it is committed with what it counts. */
export interface TaskCounts {
  /** Records processed, by source topic. */
  readonly in: Record<string, number>;
  /** Records sent by the topology's sinks, by topic. Of topics that extractors choose 500 have a count, the rest is `(other)`. */
  readonly out: Record<string, number>;
  /** Records that went to the dead-letter topic, or would have if there were one. */
  rejected: number;
  /** Records that came after their window had closed, each once. */
  late: number;
  /** Records skipped for a null key, a null value or an invalid timestamp where an operator can't use them. */
  dropped: number;
}

export function newTaskCounts(): TaskCounts {
  return { in: {}, out: {}, rejected: 0, late: 0, dropped: 0 };
}
