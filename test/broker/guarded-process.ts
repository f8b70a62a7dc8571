import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';

export interface GuardedProcessOptions {
  readonly cwd?: string;
  /** The environment; this process's own if not given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Gets standard output and error, appended. */
  readonly logFile: string;
  /** A directory to remove when this process has died without ending the guarded one. */
  readonly removeWhenOrphaned?: string;
}

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when it has ended: the signal's name or the exit code. */
  readonly exited: Promise<NodeJS.Signals | number>;
  /** Does nothing once it has ended. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * The shell becomes the command (so that the process id is the command's) and leaves a reader of descriptor 3 behind. The
 * end of that pipe without a line means that our process died, however it died: `kill -9` too.
 */
const GUARD = `
directory=$1; shift
{ read line <&3 || {
    kill -KILL $$
    for try in 1 2 3 4 5 6 7 8 9 10; do kill -0 $$ 2>/dev/null || break; sleep 0.2; done
    [ -z "$directory" ] || rm -rf -- "$directory"
} ; } >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Starts a process that does not outlive this one. A command that is not found shows as exit code 127. */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: GuardedProcessOptions,
): Promise<GuardedProcess> {
  const log = openSync(options.logFile, 'a');
  const child = spawn('sh', ['-c', GUARD, 'sh', options.removeWhenOrphaned ?? '', command, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const exited = new Promise<NodeJS.Signals | number>(resolve => {
    child.once('exit', (code, signal) => {
      const lifeline = child.stdio[3];
      if (lifeline instanceof Writable) {
        lifeline.on('error', () => undefined);
        lifeline.end('ended\n');
      }
      resolve(signal ?? code ?? -1);
    });
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined) reject(new Error(`${command} has no process id`));
      else resolve({ pid, exited, signal: signal => void child.kill(signal) });
    });
  });
}
