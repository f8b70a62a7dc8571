import type { Context } from 'hono';
import type { StoreQueries } from './store-queries.js';

/** The paths of queries of stores. They are those of a process. */
export const STORE_PATHS = ['/stores', '/stores/:name', '/stores/:name/:key', '/stores/:name/:key/versions'] as const;

/** The same, of a URL in which dot segments are resolved. */
const QUERY_PATH = /^\/stores(?:\/[^/]+(?:\/[^/]+(?:\/versions)?)?)?$/;

/** Answers a request of one of STORE_PATHS. */
export async function storeResponse(context: Context, stores: Pick<StoreQueries, 'ask'>): Promise<Response> {
  const { pathname, search } = new URL(context.req.url);
  // The router decodes a path before it compares it. So what it takes for a query may be another path of the process.
  if (!QUERY_PATH.test(pathname)) return context.notFound();
  const { status, body, headers } = await stores.ask(`${pathname}${search}`, context.req.raw.signal);
  return new Response(body, { status, headers: { ...headers, 'content-type': 'application/json' } });
}
