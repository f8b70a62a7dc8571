import { readdirSync, readFileSync } from 'node:fs';

/** One thread of a process, by /proc. */
export interface ThreadTime {
  readonly id: number;
  readonly name: string;
  /** User and system time. */
  readonly cpuSeconds: number;
}

export const THREAD_ROLES = ['main', 'V8 helpers', 'libuv', 'librdkafka', 'LevelDB', 'profiler'] as const;

export type ThreadRole = (typeof THREAD_ROLES)[number];

/** Node starts, in this order: V8's threads (4, one for delayed tasks) and that of signals; then libuv's pool. */
const V8_THREADS = 6;
const LIBUV_THREADS = 4;
const TICKS_PER_SECOND = 100;

/**
 * The processor time of a Node process by what its threads are for. Only librdkafka and V8's profiler name theirs on all
 * versions of Node. The others are distinguished by the order in which they were started, which is that of their ids.
 */
export function byRole(pid: number, threads: readonly ThreadTime[]): ReadonlyMap<ThreadRole, number> {
  const sums = new Map<ThreadRole, number>(THREAD_ROLES.map(role => [role, 0]));
  const add = (role: ThreadRole, { cpuSeconds }: ThreadTime) => sums.set(role, (sums.get(role) ?? 0) + cpuSeconds);
  let unnamed = 0;
  for (const thread of [...threads].sort((a, b) => a.id - b.id)) {
    if (thread.id === pid) add('main', thread);
    else if (thread.name.startsWith('rdk:')) add('librdkafka', thread);
    else if (thread.name.startsWith('v8:Prof')) add('profiler', thread);
    else add(roleOf(unnamed++), thread);
  }
  return sums;
}

function roleOf(index: number): ThreadRole {
  if (index < V8_THREADS) return 'V8 helpers';
  return index < V8_THREADS + LIBUV_THREADS ? 'libuv' : 'LevelDB';
}

/** The threads of a process that runs, each with what it has used until now. Empty once the process has ended. */
export function threadTimes(pid: number): readonly ThreadTime[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(id => threadTime(pid, Number(id)));
  } catch {
    // A thread or the process ended meanwhile.
    return [];
  }
}

function threadTime(pid: number, id: number): ThreadTime {
  const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1');
  // The name is in parentheses and may hold anything.
  const nameEnd = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnd + 2).split(' ');
  return {
    id,
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}
