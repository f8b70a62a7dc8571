import type { ChildProcess } from 'node:child_process';

/**
 * A process that was started by another one of ours, with an IPC channel, ends with it, however that ended: as if it had got SIGTERM.
 * Does nothing in other processes.
 */
export function endWithParent(process: NodeJS.Process): void {
  if (process.send === undefined) return;
  const end = (): boolean => process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', end);
  // The parent may have died before this listener was there.
  if (process.connected) process.channel?.unref();
  else end();
}

/** What a process that serves something reports to the one that started it. */
interface Listening {
  readonly listeningOn: number;
}

/** Reports the port that a server listens on to the process that started this one. Does nothing if nobody waits for it. */
export function reportListening(process: NodeJS.Process, port: number): void {
  const message: Listening = { listeningOn: port };
  // That the parent has ended meanwhile is no error: `endWithParent` sees to it.
  process.send?.(message, undefined, undefined, () => {});
}

/** Resolves with the port that the child listens on; undefined if it ends before it does. */
export async function listeningPort(child: ChildProcess): Promise<number | undefined> {
  return await new Promise(resolve => {
    child.once('exit', () => resolve(undefined));
    child.on('message', message => {
      if (isListening(message)) resolve(message.listeningOn);
    });
  });
}

function isListening(message: unknown): message is Listening {
  return typeof message === 'object' && message !== null && 'listeningOn' in message;
}
