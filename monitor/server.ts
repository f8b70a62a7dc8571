import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Registry } from 'prom-client';
import { AllowedHosts } from 'tributary/http';
import { ConfigError, type Logger } from 'tributary/kafka';
import type { HttpSettings } from './environment.js';
import { EventClients, eventText } from './event-clients.js';
import type { SnapshotListener } from './monitor.js';
import type { Asset } from './page-assets.js';
import { routes, type Shown } from './routes.js';

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the usual interval between two scrapes. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1000;

export interface MonitorServerOptions {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** The HTTP server of the monitor. It listens before there is anything to show. */
export interface MonitorServer extends SnapshotListener {
  /** The port it listens on. If 0 was requested, the one that was found. */
  readonly port: number;
  /** From now on it shows this monitor. */
  show(shown: Shown): void;
  /** Stops listening, and aborts all open connections. */
  close(): Promise<void>;
}

/** Throws a ConfigError that names the variable if it can't listen there. */
export async function listen(
  { host, port, allowedHosts }: HttpSettings,
  { assets, registry, logger }: MonitorServerOptions,
): Promise<MonitorServer> {
  let shown: Shown | undefined;
  const clients = new EventClients(() => performance.now());
  const hosts = new AllowedHosts(host, allowedHosts);
  const app = routes({ shown: () => shown, hosts, clients, assets, registry, logger });
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
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw refused(error, host, port);
  }
  server.on('error', error => logger.error(`HTTP server: ${error.message}`));
  return {
    port: portOf(server),
    show(monitor) {
      shown = monitor;
    },
    topology: event => clients.send(eventText('topology', event)),
    snapshot: event => {
      if (clients.size > 0) clients.send(eventText('snapshot', event));
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      clients.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

function refused(error: unknown, host: string, port: number): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new ConfigError(`HTTP_PORT ${port} is in use`, { cause: error });
    case 'EACCES':
      return new ConfigError(`HTTP_PORT ${port} may not be used by this user`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError(`HTTP_HOST ${host} is no address of this machine`, { cause: error });
    default:
      return error;
  }
}
