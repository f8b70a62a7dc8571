import { newTaskCounts } from '../../audit/task-counts.js';
import type { StoreRestore, TaskStatus } from '../status/process-status.js';
import { NEVER } from '../time/time.js';
import type { Task } from './task.js';

export function runningTask(task: Task): TaskStatus {
  const { streamTime = NEVER, counts = newTaskCounts(), offsets = {} } = task.checkpoint.committed ?? {};
  return {
    id: task.id,
    state: 'RUNNING',
    streamTime,
    counts,
    offsets,
    restoring: [],
    nodes: task.nodeCounts,
    stores: task.state.storeSizes,
  };
}

export function restoringTask(id: string, stores: readonly StoreRestore[]): TaskStatus {
  return {
    id,
    state: 'RESTORING',
    streamTime: NEVER,
    counts: newTaskCounts(),
    offsets: {},
    restoring: stores,
    nodes: {},
    stores: [],
  };
}
