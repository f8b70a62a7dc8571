import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ConfigError } from 'tributary';
import { listeningPort } from '../command/parent.js';
import { advertisedAddress, type HttpSettings } from './http-address.js';

const PROGRAM = fileURLToPath(new URL('../monitor/main.js', import.meta.url));
const FIRST_PORT = 8080;
const LAST_PORT = 8180;

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
  for (let port = wanted ?? FIRST_PORT; port <= (wanted ?? LAST_PORT); port++) {
    if (!(await isFree(host, port))) continue;
    const monitor = await startOn(host, port, brokers, logLevel);
    if (monitor !== undefined) return monitor;
    if (await isFree(host, port)) throw new Error('the monitor did not start');
    // Another process was quicker.
  }
  throw new ConfigError(
    wanted === undefined
      ? `HTTP_PORT is not set, and all ports from ${FIRST_PORT} to ${LAST_PORT} are in use`
      : `HTTP_PORT ${wanted} is in use`,
  );
}

/** undefined if it ended at once. */
async function startOn(
  host: string,
  wanted: number,
  brokers: string,
  logLevel: string,
): Promise<MonitorProcess | undefined> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, KAFKA_BROKERS: brokers, HTTP_PORT: String(wanted), LOG_LEVEL: logLevel },
    // Ctrl-C of the terminal is this process's to hand on.
    detached: true,
    // By the channel it notices when this process ends, however it ends.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const port = await listeningPort(child);
  if (port === undefined) return undefined;
  return {
    url: `http://${advertisedAddress({ host, advertised: undefined }, port)}/`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
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
