import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from '../kafka/logger.js';
import { AllowedHosts } from '../network/allowed-hosts.js';
import { listenBounded } from './bounded-server.js';
import { routes } from './routes.js';
import type { ServedApplication } from './served-application.js';

/** How long requests may continue while the server closes. */
const CLOSE_GRACE_MS = 1000;

/**
 * The HTTP server of a process. It listens before there is an application, because the other processes need its
 * address.
 */
export interface HttpServer {
  /** The port it listens on. If 0 was requested, the one that was found. */
  readonly port: number;
  /** From now on it answers for this application. */
  attach(application: ServedApplication): void;
  /** Stops listening. Requests without an answer after a second are aborted. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** Address of this machine to listen on, or its name. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names, or `host:port`, that requests may use beside `host`, `localhost` and IP addresses. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** The metrics of `/metrics`. */
  readonly registry: Registry;
  readonly logger: Logger;
}

/** Rejects with the system's error (`code` is EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND) if it can't listen there. */
export async function bindServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, allowedHosts = [], registry, logger } = options;
  let application: ServedApplication | undefined;
  const hosts = new AllowedHosts(host, allowedHosts);
  const app = routes({ application: () => application, hosts, registry, logger });
  const bound = await listenBounded({ host, port }, app.fetch, logger);
  let closing: Promise<void> | undefined;
  return {
    port: bound.port,
    attach(served) {
      application = served;
    },
    close() {
      closing ??= close(bound.server);
      return closing;
    },
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const breakOff = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(breakOff);
}
