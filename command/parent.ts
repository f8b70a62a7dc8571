import type { ChildProcess } from 'node:child_process';

/**
 * A process that another process of the project has started, with an IPC channel, ends with it, however that one ended:
 * as if it had got SIGTERM. Does nothing in other processes.
 */
export function endWithParent(process: NodeJS.Process): void {
  if (process.send === undefined) return;
  const end = (): boolean => process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', end);
  // The parent may have died before this listener was added.
  if (process.connected) process.channel?.unref();
  else end();
}

/** The message of a server process to its parent. */
interface Listening {
  readonly listeningOn: number;
}

/** Reports the port of a server to the parent process. Does nothing without a parent that waits for it. */
export function reportListening(process: NodeJS.Process, port: number): void {
  const message: Listening = { listeningOn: port };
  // It is no error if the parent has ended: `endWithParent` handles that.
  process.send?.(message, undefined, undefined, () => {});
}

/** Resolves with the port on which the child listens. undefined if the child ends before. */
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
