import type { Context, Hono } from 'hono';
import { badParameter } from './http-error.js';
import { jsonText } from './json-text.js';
import { FORWARDED_HEADER } from './owner-client.js';
import { decodeCursor } from './page-cursor.js';
import { pathSegments, QueryParameters } from './query-parameters.js';
import type { ServedApplication } from './served-application.js';
import { storeList } from './store-list.js';
import { type Asked, describeStore, type ShownPage, StoreQuery } from './store-query.js';

/** `/stores`: the stores of the application, read-only, as of the last commit. Keys are text, URL-encoded. */
export function addStoreRoutes(app: Hono, application: () => ServedApplication): void {
  app.get('/stores', async context => {
    new QueryParameters(new URL(context.req.url), []);
    return json(context, await storeList(application()));
  });
  app.get('/stores/:name', async context => {
    const url = new URL(context.req.url);
    const [, name = ''] = pathSegments(url);
    const parameters = new QueryParameters(url, ['from', 'to', 'limit', 'after', 'partition', 'stale']);
    const query = queryOf(context, application(), name, parameters);
    const { kind, partitions } = query.description;
    const asked = kind === 'window' ? windowTimes(parameters) : keyRange(parameters, query);
    const { limit } = parameters;
    const after = parameters.text('after');
    const partition = parameters.partition(partitions);
    return json(
      context,
      partition === undefined
        ? await query.pageOfAll(asked, limit, after)
        : await pageOf(query, partition, asked, limit, after),
    );
  });
  app.get('/stores/:name/:key', async context => {
    const url = new URL(context.req.url);
    const [, name = '', key = ''] = pathSegments(url);
    const { kind } = describeStore(application(), name);
    const known = kind === 'window' ? ['from', 'to', 'limit', 'after', 'stale'] : ['stale'];
    const parameters = new QueryParameters(url, known);
    const query = queryOf(context, application(), name, parameters);
    if (kind === 'keyValue') return json(context, await query.entry(key));
    const asked = { key, ...windowTimes(parameters) };
    const partition = query.partitionOf('key', key);
    return json(context, await pageOf(query, partition, asked, parameters.limit, parameters.text('after')));
  });
}

function queryOf(
  context: Context,
  application: ServedApplication,
  name: string,
  parameters: QueryParameters,
): StoreQuery {
  const { req } = context;
  return new StoreQuery(application, name, {
    forwarded: req.header(FORWARDED_HEADER) !== undefined,
    stale: parameters.flag('stale'),
    signal: req.raw.signal,
  });
}

async function pageOf(
  query: StoreQuery,
  partition: number,
  asked: Asked,
  limit: number,
  after: string | undefined,
): Promise<ShownPage> {
  const cursor = after === undefined ? undefined : decodeCursor(after, query.description.partitions);
  if (cursor !== undefined && cursor.partition !== partition) {
    throw badParameter('after', `is of partition ${cursor.partition}, not of ${partition}`);
  }
  return await query.page(partition, asked, limit, cursor?.after);
}

function windowTimes(parameters: QueryParameters): Asked {
  const from = parameters.time('from');
  const to = parameters.time('to');
  if (from !== undefined && to !== undefined && from > to) throw badParameter('from', 'is after to');
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function keyRange(parameters: QueryParameters, query: StoreQuery): Asked {
  const asked: { from?: string; to?: string } = {};
  for (const name of ['from', 'to'] as const) {
    const key = parameters.text(name);
    if (key === undefined) continue;
    // The error says which of the two is not a key.
    query.partitionOf(name, key);
    asked[name] = key;
  }
  return asked;
}

function json(context: Context, value: unknown): Response {
  return context.body(jsonText(value), 200, { 'content-type': 'application/json' });
}
