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
  /** The address of its page. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Runs the monitor in a process of its own, as `npm run monitor` does, on `HTTP_PORT` or on the first free port from
 * 8080. Resolves when its page is served.
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
    // Another process was faster.
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
    // This process forwards Ctrl-C of the terminal.
    detached: true,
    // The channel shows the child when this process ends, for whatever reason.
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
