import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { Registry } from 'prom-client';
import { type AllowedHosts, hostRefusal } from 'tributary/http';
import type { Logger } from 'tributary/kafka';
import type { ClusterView } from './cluster-view.js';
import { type EventClients, eventText } from './event-clients.js';
import type { Asset } from './page-assets.js';
import type { PolledProcess } from './process-poller.js';
import type { HistoryEvent, Snapshot, TopologyEvent } from './snapshot.js';
import type { StoreQueries } from './store-queries.js';
import { STORE_PATHS, storeResponse } from './store-routes.js';

type Env = { readonly Bindings: HttpBindings };

/** Of all answers. */
export const HEADERS = Object.freeze({
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
});
const RETRY_AFTER = Object.freeze({ 'retry-after': '5' });
const EVENT_STREAM = Object.freeze({
  ...HEADERS,
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx would collect events until its buffer is full.
  'x-accel-buffering': 'no',
});

/** What the server shows: the part of a Monitor that is needed. */
export interface Shown {
  readonly topology: TopologyEvent;
  readonly history: HistoryEvent;
  readonly snapshot: Snapshot;
  readonly cluster: Pick<ClusterView, 'status' | 'answered'>;
  readonly processes: readonly PolledProcess[];
}

export interface RoutesOptions {
  /** undefined: the process is starting, and has no monitor yet. */
  readonly shown: () => Shown | undefined;
  /** A request that names another host is refused. */
  readonly hosts: AllowedHosts;
  readonly clients: EventClients;
  readonly stores: Pick<StoreQueries, 'ask'>;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** The routes of the monitor. Errors are JSON, `{"error": reason}`. Internal errors are only logged. */
export function routes({ shown, hosts, clients, stores, assets, registry, logger }: RoutesOptions): Hono<Env> {
  const app = new Hono<Env>();
  const starting = (context: Context): Response =>
    context.json({ error: 'the monitor is starting' }, 503, { ...RETRY_AFTER });
  app.use(async (context, next) => {
    const host = context.req.header('host');
    if (hosts.allows(host)) await next();
    else context.res = context.json({ error: hostRefusal(host) }, 403);
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  app.get('/events', context => {
    const monitor = shown();
    if (monitor === undefined) return starting(context);
    if (context.req.method === 'HEAD') return context.body(null, 200, { ...EVENT_STREAM });
    if (clients.full) return context.json({ error: 'too many listen already' }, 503, { ...RETRY_AFTER });
    const { outgoing } = context.env;
    outgoing.writeHead(200, { ...EVENT_STREAM });
    const first = [
      eventText('topology', monitor.topology),
      eventText('history', monitor.history),
      eventText('snapshot', monitor.snapshot),
    ];
    clients.add(outgoing, first.join(''));
    return RESPONSE_ALREADY_SENT;
  });
  app.get('/snapshot', context => {
    const monitor = shown();
    return monitor === undefined ? starting(context) : context.json(monitor.snapshot);
  });
  app.get('/metrics', async context =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
  app.get('/healthz', context => context.json({ status: 'up', cluster: clusterOf(shown()) }));
  app.get('/readyz', context => {
    const monitor = shown();
    const ready = monitor?.cluster.answered === true;
    return context.json({ status: ready ? 'ready' : 'waiting', cluster: clusterOf(monitor) }, ready ? 200 : 503);
  });
  for (const path of STORE_PATHS) {
    app.get(path, context => (shown() === undefined ? starting(context) : storeResponse(context, stores)));
  }
  for (const [path, asset] of assets) app.get(path, context => assetResponse(context, asset));
  const paths = ['/events', '/snapshot', '/metrics', '/healthz', '/readyz', ...STORE_PATHS, ...assets.keys()];
  for (const path of paths) app.all(path, methodNotAllowed);
  app.notFound(context => context.json({ error: 'there is no such page' }, 404));
  app.onError((error, context) => {
    logger.error(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return context.json({ error: 'internal error' }, 500);
  });
  return app;
}

function clusterOf(monitor: Shown | undefined): { readonly up: boolean; readonly reason: string | null } {
  const { up, reason } = monitor?.cluster.status ?? { up: false, reason: 'the monitor is starting' };
  return { up, reason };
}

function assetResponse(context: Context, { type, etag, body }: Asset): Response {
  const headers = { 'content-type': type, etag, 'cache-control': 'no-cache' };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  return context.body(body, 200, headers);
}

function methodNotAllowed(context: Context): Response {
  return context.json({ error: `${context.req.method} is not allowed` }, 405, { allow: 'GET, HEAD' });
}
