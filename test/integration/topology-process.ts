import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { CHECKOUT } from '../broker/checkout.js';

/** `npm run topology` as a process that a test may kill. */
export interface TopologyProcess {
  readonly pid: number;
  /** What it wrote to standard error so far. */
  readonly log: () => string;
  /** Resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export async function startTopology(environment: Readonly<Record<string, string>>): Promise<TopologyProcess> {
  const child = spawn(process.execPath, [path.join(CHECKOUT, 'dist', 'topology', 'main.js')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child, 'spawn');
  let log = '';
  child.stderr.on('data', chunk => {
    log += String(chunk);
  });
  const end = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals> => {
    child.kill(signal);
    const [code, by] = await exited;
    return by ?? code ?? -1;
  };
  return { pid: child.pid ?? -1, log: () => log, end };
}
