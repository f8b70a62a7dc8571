import path from 'node:path';
import { Level } from 'level';
import { TaskState } from '../../../stores/bytes/task-state.js';
import { taskId } from '../../../streams/runtime/plan/planned-task.js';
import { planTopology } from '../../../streams/runtime/plan/task-plan.js';
import { CHECKPOINT_STORE } from '../../../streams/runtime/task/task-checkpoint.js';
import { usersTopology } from '../../../topology/users.js';

/** A store of a task, and how far its changelog is on disk. */
export interface ChangelogOnDisk {
  readonly task: string;
  readonly store: string;
  readonly topic: string;
  readonly partition: number;
  /** The key that the task's records have in a topic that it shares with others. */
  readonly onlyKey: string | undefined;
  /** Everything below is on disk; undefined if nothing is. */
  readonly offset: number | undefined;
}

/** Looks into the directories of tasks in the slot of a process that is dead. */
export async function changelogsOnDisk(
  location: string,
  tasks: readonly string[],
  application: { readonly id: string; readonly partitions: number },
): Promise<readonly ChangelogOnDisk[]> {
  const topology = usersTopology({ windowSize: '60s', windowGrace: '10s' });
  const plan = planTopology(topology, application.id, new Map([['user', application.partitions]]));
  const found: ChangelogOnDisk[] = [];
  for (const subTopology of plan.subTopologies) {
    const logged = subTopology.stores.flatMap(({ spec, changelog }) =>
      changelog === undefined ? [] : [{ store: spec.name, topic: changelog, onlyKey: undefined }],
    );
    for (let partition = 0; partition < subTopology.tasks; partition++) {
      const task = taskId(subTopology, partition);
      if (!tasks.includes(task)) continue;
      const all = [...logged, { store: CHECKPOINT_STORE, topic: plan.auditTopic, onlyKey: task }];
      const state = await openState(
        path.join(location, task),
        all.map(({ store }) => store),
      );
      for (const one of all) found.push({ ...one, task, partition, offset: state.changelogOffset(one.store) });
      await state.close();
    }
  }
  return found;
}

async function openState(directory: string, stores: readonly string[]): Promise<TaskState> {
  const level = new Level<string, Buffer>(directory, {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    createIfMissing: false,
  });
  return await TaskState.open(level, stores, {
    now: Date.now(),
    cleanCacheBytes: 0,
    discard: async () => undefined,
  });
}
