/** When the committed entries of a process go to disk. Each limit is for all its tasks together. */
export interface PersistPolicy {
  /** Estimate of the memory of committed entries that are not on disk. */
  readonly maxBytes: number;
  /** Estimate of the memory of the entries that a crash would replay: the same with those that have expired since. */
  readonly maxReplayBytes: number;
  /** Milliseconds after which committed entries go to disk at the latest. */
  readonly maxAgeMs: number;
  /**
   * Milliseconds after which the entries of a task go to disk if most of what a crash would replay has expired or was
   * written again. Then little is written, and little is left to replay.
   */
  readonly cheapAgeMs: number;
}

/** Little: at most one part in this number of what a crash would replay. */
const CHEAP_SHARE = 4;

/** The committed entries of one task. */
export interface CommittedEntries {
  readonly unpersistedBytes: number;
  readonly replayBytes: number;
  /** Milliseconds since the task began to write to disk. `now`: milliseconds since the epoch. */
  persistedAgeMs(now: number): number;
}

/**
 * The tasks that must write to disk. Above a limit of bytes they are those with the most bytes, until the others are
 * within the limit. A task without a commit since it wrote last is not among them.
 */
export function dueToPersist<T extends CommittedEntries>(tasks: readonly T[], now: number, policy: PersistPolicy): T[] {
  let bytes = 0;
  let replayBytes = 0;
  for (const task of tasks) {
    bytes += task.unpersistedBytes;
    replayBytes += task.replayBytes;
  }
  const largestFirst = tasks
    .filter(task => task.replayBytes > 0)
    .sort((a, b) => b.unpersistedBytes - a.unpersistedBytes || b.replayBytes - a.replayBytes);
  return largestFirst.filter(task => {
    const isTooMuch = bytes > policy.maxBytes || replayBytes > policy.maxReplayBytes;
    const isCheap = CHEAP_SHARE * task.unpersistedBytes <= task.replayBytes;
    const maxAgeMs = isCheap ? policy.cheapAgeMs : policy.maxAgeMs;
    if (!isTooMuch && task.persistedAgeMs(now) < maxAgeMs) return false;
    bytes -= task.unpersistedBytes;
    replayBytes -= task.replayBytes;
    return true;
  });
}
