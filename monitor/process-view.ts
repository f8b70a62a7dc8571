import type { Checkpoint } from 'tributary/audit';
import { DEFAULT_TOPICS, type UsersTopics } from '../command/users-topics.js';
import { processedBy } from './audit-totals.js';
import type { PolledProcess } from './process-poller.js';
import type { TaskStatus } from './process-status.js';
import type { ProcessView, TaskView } from './snapshot.js';

/** @param audit the latest checkpoint of each task: a task that is being restored does not know its figures yet */
export function processView(
  process: PolledProcess,
  audit: ReadonlyMap<string, Checkpoint>,
  topics: UsersTopics = DEFAULT_TOPICS,
): ProcessView {
  const { host, instance, answer } = process;
  if (!answer.up) return { host, instance, up: false, reason: answer.reason, state: null, tasks: [], unreadable: [] };
  const { status } = answer;
  return {
    host,
    instance: status.instance ?? instance,
    up: true,
    reason: status.error,
    state: status.state,
    tasks: status.tasks.map(task => taskView(task, audit.get(task.id), topics)),
    unreadable: status.unreadable.map(({ reason }) => reason),
  };
}

function taskView(task: TaskStatus, audit: Checkpoint | undefined, topics: UsersTopics): TaskView {
  const known = task.state === 'RESTORING' && audit !== undefined ? audit : task;
  return {
    id: task.id,
    state: task.state,
    streamTime: known.streamTime,
    processed: processedBy(known, topics),
    late: known.counts.late,
    restored: task.state === 'RUNNING' ? 1 : restored(task),
  };
}

/** Offsets still to be read. undefined until the end of each changelog is known. */
export function remaining({ restoring }: TaskStatus): number | undefined {
  let sum = 0;
  for (const store of restoring) {
    if (store.remaining === undefined) return undefined;
    sum += store.remaining;
  }
  return sum;
}

function restored(task: TaskStatus): number {
  const left = remaining(task);
  if (left === undefined) return 0;
  const done = task.restoring.reduce((sum, store) => sum + store.restored, 0);
  return left === 0 ? 1 : done / (done + left);
}
