import path from 'node:path';

/** Calls inside of a topology process at which it can be made to die. */
export const CRASH_CALLS = ['offsets', 'commit', 'batch', 'restore', 'park', 'assign', 'close'] as const;

export type CrashCall = (typeof CRASH_CALLS)[number];

/** Orders a topology process to kill itself by SIGKILL. */
export interface CrashOrder {
  readonly call: CrashCall;
  /** Where the program stops: before the call, when it has made it, or when its promise has resolved and before anybody knows. */
  readonly when: 'before' | 'during' | 'after';
  /** Milliseconds, with fractions, from there until it dies: what clients and LevelDB do in threads of their own goes on. */
  readonly ms: number;
  /** At which of the calls from now on; 1 is the next one. */
  readonly pass: number;
}

/** Environment variable that names the directory where a process looks for its orders, in the directory of the round. */
export const ORDERS_VARIABLE = 'CHAOS_ORDERS';

export function ordersDirectory(roundDirectory: string, member: string): string {
  return path.join(roundDirectory, `${member}-orders`);
}

/** Holds a CrashOrder as JSON. */
export function crashOrderFile(directory: string): string {
  return path.join(directory, 'crash.json');
}

/** While it is there, LevelDB has no space in any process of the round: for disks that can't be filled. */
export function noSpaceFile(roundDirectory: string): string {
  return path.join(roundDirectory, 'no-space');
}

/** While it is there, LevelDB can't read its files in any process of the round. */
export function readErrorFile(roundDirectory: string): string {
  return path.join(roundDirectory, 'read-error');
}
