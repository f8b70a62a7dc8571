import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../streams/index.js';
import type { HttpSettings } from './http-address.js';

const PROGRAM = fileURLToPath(new URL('../monitor/main.js', import.meta.url));
const FIRST_PORT = 8080;
const LAST_PORT = 8180;
const ASK_EVERY_MS = 50;

export interface MonitorProcess {
  /** Where its page is. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Runs the monitor as a process of its own, as `npm run monitor` would, on `HTTP_PORT` or the first port from 8080 that is free.
 * Resolves when its page can be looked at.
 *
 * @throws ConfigError if the port is taken, or all are
 */
export async function startMonitor(
  brokers: string,
  { host, port: wanted }: HttpSettings,
  logLevel: string,
): Promise<MonitorProcess> {
  const port = await freePort(host, wanted ?? FIRST_PORT, wanted ?? LAST_PORT);
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, KAFKA_BROKERS: brokers, HTTP_PORT: String(port), LOG_LEVEL: logLevel },
    // Ctrl-C of the terminal is this process's to hand on.
    detached: true,
    // By the channel it notices when this process ends, however it ends.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const url = `http://${host}:${port}/`;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  while (child.exitCode === null && child.signalCode === null) {
    if (await answers(`${url}healthz`)) return { url, stop };
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`the monitor did not start: exit code ${child.exitCode ?? child.signalCode}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}

async function freePort(host: string, first: number, last: number): Promise<number> {
  for (let port = first; port <= last; port++) {
    if (await isFree(host, port)) return port;
  }
  throw new ConfigError(
    first === last
      ? `HTTP_PORT ${first} is in use`
      : `HTTP_PORT is not set, and all ports from ${first} to ${last} are in use`,
  );
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
