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
