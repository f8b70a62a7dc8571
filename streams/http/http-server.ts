import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Registry } from 'prom-client';
import type { Logger } from '../kafka/logger.js';
import { AllowedHosts } from '../network/allowed-hosts.js';
import { routes } from './routes.js';
import type { ServedApplication } from './served-application.js';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the usual interval between two scrapes. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1000;
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
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 1000,
    },
    getRequestListener(app.fetch, {
      // A request of HTTP/1.0 without a host: probes send such requests.
      hostname: 'localhost',
      overrideGlobalObjects: false,
      errorHandler: () => Response.json({ error: 'not a request that can be understood' }, { status: 400 }),
    }),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ host, port });
  await once(server, 'listening');
  server.on('error', error => logger.error(`HTTP server: ${error.message}`));
  let closing: Promise<void> | undefined;
  return {
    port: portOf(server),
    attach(served) {
      application = served;
    },
    close() {
      closing ??= close(server);
      return closing;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const breakOff = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(breakOff);
}
