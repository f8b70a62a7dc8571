import { once } from 'node:events';
import type { Registry } from 'prom-client';
import { AllowedHosts, listeningServer } from 'tributary/http';
import type { Logger } from 'tributary/kafka';
import { listenRefusal } from '../command/listen-refusal.js';
import type { HttpSettings } from './environment.js';
import { EventClients, eventText } from './event-clients.js';
import type { SnapshotListener } from './monitor.js';
import type { Asset } from './page-assets.js';
import type { Fetch } from './process-client.js';
import { routes, type Shown } from './routes.js';
import { StoreQueries } from './store-queries.js';

export interface MonitorServerOptions {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Asks processes of the application. */
  readonly fetch: Fetch;
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
  { host, port: wanted, allowedHosts }: HttpSettings,
  { assets, registry, logger, fetch }: MonitorServerOptions,
): Promise<MonitorServer> {
  let shown: Shown | undefined;
  const clients = new EventClients(() => performance.now());
  const hosts = new AllowedHosts(host, allowedHosts);
  const stores = new StoreQueries({ fetch, processes: () => shown?.processes ?? [] });
  const app = routes({ shown: () => shown, hosts, clients, stores, assets, registry, logger });
  const { server, port } = await listeningServer(app.fetch, { host, port: wanted, logger }).catch((error: unknown) => {
    throw listenRefusal(error, host, wanted);
  });
  return {
    port,
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
