import type { Context, Hono } from 'hono';
import { badParameter, HttpError } from './http-error.js';
import { jsonText } from './json-text.js';
import { FORWARDED_HEADER } from './owner-client.js';
import type { Asked, KeyParameters, TimeParameters, WindowParameters } from './owner-store.js';
import { decodeCursor } from './page-cursor.js';
import { pathSegments, QueryParameters } from './query-parameters.js';
import type { ServedApplication } from './served-application.js';
import type { ShownPage } from './shown-entry.js';
import { describeStore, storeList } from './store-list.js';
import { StoreQuery } from './store-query.js';

const PAGE = ['from', 'to', 'limit', 'after', 'reverse', 'stale'];
const KEYS_PAGE = [...PAGE, 'partition', 'prefix'];
const WINDOWS_PAGE = [...PAGE, 'partition', 'keyFrom', 'keyTo'];

/** `/stores`: the stores of the application, read-only, as of the last commit. Keys are text, URL-encoded. */
export function addStoreRoutes(app: Hono, application: () => ServedApplication): void {
  app.get('/stores', async context => {
    new QueryParameters(new URL(context.req.url), []);
    return json(context, await storeList(application()));
  });
  app.get('/stores/:name', async context => {
    const url = new URL(context.req.url);
    const [, name = ''] = pathSegments(url);
    const parameters = new QueryParameters(url, [...KEYS_PAGE, ...WINDOWS_PAGE]);
    const query = queryOf(context, application(), name, parameters);
    const isKeyValue = query.description.kind === 'keyValue';
    parameters.only(isKeyValue ? KEYS_PAGE : WINDOWS_PAGE);
    const asked: Asked = isKeyValue
      ? { of: 'keys', parameters: keyParameters(parameters, query) }
      : { of: 'windows', parameters: windowParameters(parameters, query) };
    const { limit } = parameters;
    const after = parameters.text('after');
    const partition = parameters.partition(query.description.partitions);
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
    const isKeyValue = describeStore(application(), name).kind === 'keyValue';
    const parameters = new QueryParameters(url, isKeyValue ? ['asOf', 'stale'] : PAGE);
    const query = queryOf(context, application(), name, parameters);
    if (isKeyValue) return json(context, await query.entry(key, asOf(parameters, query)));
    return json(context, await pageOfKey(query, key, 'windows', parameters));
  });
  app.get('/stores/:name/:key/versions', async context => {
    const url = new URL(context.req.url);
    const [, name = '', key = ''] = pathSegments(url);
    const parameters = new QueryParameters(url, PAGE);
    const query = queryOf(context, application(), name, parameters);
    if (query.description.historyRetentionMs === undefined) throw new HttpError(400, `store ${name} has no history`);
    return json(context, await pageOfKey(query, key, 'versions', parameters));
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

async function pageOfKey(
  query: StoreQuery,
  key: string,
  of: 'windows' | 'versions',
  parameters: QueryParameters,
): Promise<ShownPage> {
  const asked: Asked = { of, key, parameters: timeParameters(parameters) };
  const partition = query.partitionOf('key', key);
  return await pageOf(query, partition, asked, parameters.limit, parameters.text('after'));
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

function asOf(parameters: QueryParameters, { description }: StoreQuery): number | undefined {
  const time = parameters.time('asOf');
  if (time === undefined || description.historyRetentionMs !== undefined) return time;
  throw badParameter('asOf', `needs a versioned store, and ${description.name} is none`);
}

function timeParameters(parameters: QueryParameters): TimeParameters {
  const from = parameters.time('from');
  const to = parameters.time('to');
  if (from !== undefined && to !== undefined && from > to) throw badParameter('from', 'is after to');
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...reversed(parameters),
  };
}

function windowParameters(parameters: QueryParameters, query: StoreQuery): WindowParameters {
  return { ...timeParameters(parameters), ...keys(parameters, query, ['keyFrom', 'keyTo']) };
}

function keyParameters(parameters: QueryParameters, query: StoreQuery): KeyParameters {
  const prefix = parameters.text('prefix');
  if (prefix !== undefined) query.checkKey('prefix', prefix, 'prefix');
  return {
    ...keys(parameters, query, ['from', 'to']),
    ...(prefix === undefined ? {} : { prefix }),
    ...reversed(parameters),
  };
}

/** Of other processes, those of earlier versions do not know the parameter. So it is passed on only if it is true. */
function reversed(parameters: QueryParameters): { readonly reverse?: true } {
  return parameters.flag('reverse') ? { reverse: true } : {};
}

function keys<N extends string>(
  parameters: QueryParameters,
  query: StoreQuery,
  names: readonly N[],
): { readonly [name in N]?: string } {
  const asked: { [name in N]?: string } = {};
  for (const name of names) {
    const key = parameters.text(name);
    if (key === undefined) continue;
    // The error says which of them is not a key.
    query.checkKey(name, key, 'key');
    asked[name] = key;
  }
  return asked;
}

function json(context: Context, value: unknown): Response {
  return context.body(jsonText(value), 200, { 'content-type': 'application/json' });
}
