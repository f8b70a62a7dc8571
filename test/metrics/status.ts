import type { ProcessStatus, TaskStatus } from '../../streams/index.js';

/** A running task without figures, but for those given. */
export function taskStatus(id: string, figures: Partial<TaskStatus> = {}): TaskStatus {
  return {
    id,
    state: 'RUNNING',
    streamTime: -1,
    counts: { in: {}, out: {}, rejected: 0, late: 0, dropped: 0 },
    offsets: {},
    restoring: [],
    nodes: {},
    stores: [],
    ...figures,
  };
}

export function processStatus(figures: Partial<ProcessStatus> = {}): ProcessStatus {
  return {
    applicationId: 'app',
    instance: 'i1',
    host: 'here:8081',
    state: 'RUNNING',
    error: null,
    tasks: [],
    standbys: [],
    globalStores: [],
    unreadable: [],
    ...figures,
  };
}
