import { type Context, Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { Logger } from '../kafka/logger.js';
import { type AllowedHosts, hostRefusal } from '../network/allowed-hosts.js';
import type { ProcessStatus } from '../runtime/status/process-status.js';
import { HttpError } from './http-error.js';
import { pathSegments } from './query-parameters.js';
import type { ServedApplication } from './served-application.js';
import { addStoreRoutes } from './store-routes.js';

const MAX_URL_LENGTH = 8192;
const PATHS = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/topology',
  '/status',
  '/stores',
  '/stores/:name',
  '/stores/:name/:key',
  '/stores/:name/:key/versions',
];

export interface RoutesOptions {
  /** undefined: the process is starting, and has no application yet. */
  readonly application: () => ServedApplication | undefined;
  /** A request that names another host is refused. */
  readonly hosts: AllowedHosts;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** The routes of an application's process. Errors are JSON, `{"error": reason}`. Internal errors are only logged. */
export function routes({ application, hosts, registry, logger }: RoutesOptions): Hono {
  const app = new Hono();
  const running = (): ServedApplication => {
    const served = application();
    if (served === undefined) throw new HttpError(503, 'the process is starting');
    return served;
  };
  app.use(async (context, next) => {
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    const host = context.req.header('host');
    if (!hosts.allows(host)) throw new HttpError(403, hostRefusal(host));
    if (context.req.url.length > MAX_URL_LENGTH) throw new HttpError(414, 'the URL is too long');
    pathSegments(new URL(context.req.url));
    if (context.req.path !== '/healthz') running();
    await next();
  });
  app.get('/healthz', context => {
    const served = application();
    if (served === undefined) return context.json({ state: 'CREATED' });
    const { state } = served.streams.status;
    const failed = state === 'ERROR' || state === 'NOT_RUNNING';
    return context.json({ state }, failed ? 503 : 200);
  });
  app.get('/readyz', context => {
    const { status } = running().streams;
    const reason = notReadyBecause(status);
    if (reason === undefined) return context.json({ state: status.state });
    return context.json({ state: status.state, reason }, 503);
  });
  app.get('/metrics', async context =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
  app.get('/topology', context => context.text(running().topology));
  app.get('/status', context => context.json(running().streams.status));
  addStoreRoutes(app, running);
  for (const path of PATHS) app.all(path, methodNotAllowed);
  app.notFound(context => context.json({ error: `there is no ${context.req.path}` }, 404));
  app.onError((error, context) => {
    if (error instanceof HttpError) return context.json({ error: error.message }, error.status, { ...error.headers });
    logger.error(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return context.json({ error: 'internal error' }, 500);
  });
  return app;
}

function methodNotAllowed(context: Context): Response {
  return context.json({ error: `${context.req.method} is not allowed` }, 405, { allow: 'GET, HEAD' });
}

/** undefined: the process is ready. */
function notReadyBecause({ state, error, tasks, unreadable }: ProcessStatus): string | undefined {
  // First the cause, then its consequence: a task whose changelog can't be read never ends its restore.
  if (unreadable.length > 0) return unreadable.map(({ reason }) => reason).join('; ');
  if (error !== null) return `the application is ${state}: ${error}`;
  if (state !== 'RUNNING') return `the application is ${state}`;
  const restoring = tasks.filter(task => task.state === 'RESTORING').map(({ id }) => id);
  return restoring.length === 0 ? undefined : `tasks are being restored: ${restoring.join(', ')}`;
}
