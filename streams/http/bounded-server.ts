import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from '../kafka/logger.js';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the usual interval between two scrapes. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1000;

/** A server that listens. */
export interface BoundedServer {
  readonly server: Server;
  /** The port it listens on. If 0 was requested, the one that was found. */
  readonly port: number;
}

/**
 * Listens with limits on the time and size of requests, and on the number of connections. Rejects with the system's
 * error (`code` is EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND) if it can't listen there.
 */
export async function listenBounded(
  { host, port }: { readonly host: string; readonly port: number },
  answer: (request: Request) => Response | Promise<Response>,
  logger: Logger,
): Promise<BoundedServer> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 1000,
    },
    getRequestListener(answer, {
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
  return { server, port: portOf(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
