import { once } from 'node:events';
import type { Registry } from 'prom-client';
import { AllowedHosts, listenBounded } from 'tributary/http';
import type { Logger } from 'tributary/kafka';
import { listenError } from '../command/listen-error.js';
import type { HttpSettings } from './environment.js';
import { EventClients, eventText } from './event-clients.js';
import type { SnapshotListener } from './monitor.js';
import type { Asset } from './page-assets.js';
import { routes, type Shown } from './routes.js';

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
  const { server, port: found } = await listenBounded({ host, port }, app.fetch, logger).catch((error: unknown) => {
    throw listenError(error, host, port);
  });
  return {
    port: found,
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
