import { z } from 'zod';
import { KafkaClientError } from '../kafka/ports.js';
import type { StoreDescription, StoreOwner } from '../runtime/queries/interactive-queries.js';
import { InvalidStateStoreError } from '../runtime/queries/invalid-state-store-error.js';
import type { StoreEntry } from '../runtime/queries/store-page.js';
import { badParameter, HttpError, notNow } from './http-error.js';
import { askOwner } from './owner-client.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import type { ServedApplication, StoreQueries } from './served-application.js';

/** An entry in an answer. Times are ISO 8601 in UTC. */
export interface ShownEntry {
  readonly key: unknown;
  readonly windowStart?: string;
  readonly windowEnd?: string;
  readonly value: unknown;
  readonly timestamp: string | null;
}

export interface ShownPage {
  /** Entries of another process are passed on unchanged. */
  readonly entries: readonly unknown[];
  /** The `after` of the next page. null on the last page. */
  readonly next: string | null;
  /** Set only for stale requests: true if some of the data is from a standby, or from a task that is being restored. */
  readonly stale?: boolean;
}

/** A request about a store, apart from the place of its answer. */
export interface Asked {
  readonly key?: string;
  /** Times for a window store, keys for a key-value store. */
  readonly from?: string | number;
  readonly to?: string | number;
}

const shownPage = z.object({
  entries: z.array(z.unknown()),
  next: z.string().nullable(),
  stale: z.boolean().optional(),
});

/** In a key-value store. The other fields are passed on too. */
const shownEntry = z.looseObject({ key: z.unknown(), value: z.unknown(), timestamp: z.string().nullable() });

/** Set only for stale requests. */
type ShownStale = { readonly stale?: boolean };

/** One request about one store. It answers from this process, and asks other processes for their partitions. */
export class StoreQuery {
  readonly description: StoreDescription;
  readonly #queries: StoreQueries;
  readonly #ownHost: string | null;
  readonly #forwarded: boolean;
  readonly #stale: boolean;
  readonly #signal: AbortSignal;

  /**
   * @param forwarded the request comes from another process; it is not forwarded again
   * @param stale the answer may be old: a standby may answer if the task can't
   * @throws HttpError 404 if there is no such store, 503 before the cluster is known
   */
  constructor(
    { streams }: ServedApplication,
    name: string,
    {
      forwarded,
      stale,
      signal,
    }: { readonly forwarded: boolean; readonly stale: boolean; readonly signal: AbortSignal },
  ) {
    this.#queries = streams.queries;
    this.#ownHost = streams.status.host;
    this.#forwarded = forwarded;
    this.#stale = stale;
    this.#signal = signal;
    this.description = describeStore({ streams }, name);
  }

  partitionOf(parameter: string, key: string): number {
    try {
      return this.#queries.partitionOf(this.description.name, key);
    } catch (error) {
      throw httpErrorOf(error, { BAD_KEY: parameter });
    }
  }

  /** The entry of a key in a key-value store. 404 if there is none. */
  async entry(key: string): Promise<unknown> {
    const { name } = this.description;
    const partition = this.partitionOf('key', key);
    const none = new HttpError(404, `store ${name} has no such key`);
    return await this.#answer(
      partition,
      async stale => {
        const entry = await this.#here(() => this.#queries.get(name, partition, key, this.#stale));
        if (entry === null) throw none;
        return { ...shown(entry), ...stale };
      },
      async host => {
        const path = `${storePath(name, key)}${this.#stale ? '?stale=true' : ''}`;
        const { status, body } = await askOwner(host, path, this.#signal);
        if (status === 404) throw none;
        if (shownEntry.safeParse(body).success) return body;
        throw new HttpError(502, `${host} did not answer with an entry of the store`);
      },
    );
  }

  /** Up to `limit` entries of one partition. */
  async page(partition: number, asked: Asked, limit: number, after: string | undefined): Promise<ShownPage> {
    const { name, kind } = this.description;
    const options = { limit, stale: this.#stale, signal: this.#signal, ...(after === undefined ? {} : { after }) };
    const here = async (stale: ShownStale): Promise<ShownPage> => {
      const { entries, next } = await this.#here(() =>
        kind === 'window'
          ? this.#queries.windows(name, partition, asked as { key?: string; from?: number; to?: number }, options)
          : this.#queries.range(name, partition, asked as { from?: string; to?: string }, options),
      );
      const cursor = next === null ? null : encodeCursor({ partition, after: next });
      return { entries: entries.map(shown), next: cursor, ...stale };
    };
    return await this.#answer(partition, here, host => this.#remotePage(host, partition, asked, limit, after));
  }

  /** Up to `limit` entries of all partitions, partition by partition, starting at `cursor`. */
  async pageOfAll(asked: Asked, limit: number, cursor: string | undefined): Promise<ShownPage> {
    const { partitions } = this.description;
    const entries: unknown[] = [];
    let stale = false;
    const pageTo = (next: string | null): ShownPage => ({ entries, next, ...(this.#stale ? { stale } : {}) });
    let { partition, after } =
      cursor === undefined ? { partition: 0, after: undefined } : decodeCursor(cursor, partitions);
    while (partition < partitions) {
      if (entries.length >= limit) return pageTo(encodeCursor({ partition, after }));
      const page = await this.page(partition, asked, limit - entries.length, after);
      entries.push(...page.entries);
      stale ||= page.stale === true;
      if (page.next !== null) return pageTo(page.next);
      partition += 1;
      after = undefined;
    }
    return pageTo(null);
  }

  async #remotePage(
    host: string,
    partition: number,
    { key, from, to }: Asked,
    limit: number,
    after: string | undefined,
  ): Promise<ShownPage> {
    const parameters = new URLSearchParams({ limit: String(limit) });
    if (from !== undefined) parameters.set('from', String(from));
    if (to !== undefined) parameters.set('to', String(to));
    if (after !== undefined) parameters.set('after', encodeCursor({ partition, after }));
    if (this.#stale) parameters.set('stale', 'true');
    if (key === undefined) parameters.set('partition', String(partition));
    const { status, body } = await askOwner(
      host,
      `${storePath(this.description.name, key)}?${parameters}`,
      this.#signal,
    );
    const page = shownPage.safeParse(body);
    if (status === 404 || !page.success) throw new HttpError(502, `${host} did not answer with a page of the store`);
    const { entries, next, stale } = page.data;
    return { entries, next, ...(stale === undefined ? {} : { stale }) };
  }

  /** From this process, or from the process that has the partition. */
  async #answer<T>(
    partition: number,
    here: (stale: ShownStale) => Promise<T>,
    remote: (host: string) => Promise<T>,
  ): Promise<T> {
    if (this.#stale) return await this.#staleAnswer(partition, here, remote);
    const host = await this.#remoteHost(partition);
    return host === undefined ? await here({}) : await remote(host);
  }

  /** From this process if it has any data, otherwise from the first process with data that answers. */
  async #staleAnswer<T>(
    partition: number,
    here: (stale: ShownStale) => Promise<T>,
    remote: (host: string) => Promise<T>,
  ): Promise<T> {
    const { name } = this.description;
    const replicas = await this.#here(() => this.#queries.replicasOf(name, partition));
    if (replicas.here !== 'nothing') return await here({ stale: replicas.here === 'stale' });
    const where = `partition ${partition} of store ${name}`;
    if (this.#forwarded) throw notNow(`${where} is not here`);
    let failure = notNow(`nobody is known to have ${where} now`);
    for (const host of replicas.hosts.filter(other => other !== this.#ownHost)) {
      try {
        return await remote(host);
      } catch (error) {
        if (!(error instanceof HttpError) || error.status < 500) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** The host of a partition that is not here. */
  async #remoteHost(partition: number): Promise<string | undefined> {
    const { name } = this.description;
    const owner = await this.#owner(partition);
    if (owner.kind === 'local') return undefined;
    const where = `partition ${partition} of store ${name}`;
    if (owner.kind === 'unknown') throw notNow(`nobody is known to have ${where} now`);
    if (owner.host === this.#ownHost) throw notNow(`${where} is being restored`);
    if (this.#forwarded) throw notNow(`${where} is not here`);
    return owner.host;
  }

  async #owner(partition: number): Promise<StoreOwner> {
    try {
      return await this.#queries.ownerOf(this.description.name, partition);
    } catch (error) {
      throw httpErrorOf(error);
    }
  }

  async #here<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (this.#signal.aborted) throw notNow('the client has gone', { cause: error });
      throw httpErrorOf(error);
    }
  }
}

/** Throws an HttpError: 404 if there is no such store, 503 before the cluster is known. */
export function describeStore({ streams }: Pick<ServedApplication, 'streams'>, name: string): StoreDescription {
  const { queries } = streams;
  try {
    const description = queries.stores.find(store => store.name === name);
    if (description !== undefined) return description;
    queries.store(name);
  } catch (error) {
    throw httpErrorOf(error);
  }
  throw new HttpError(404, `there is no store ${name}`);
}

/** The HTTP error of a failed query. `parameters` names the wrong parameter. Other errors are returned unchanged. */
function httpErrorOf(error: unknown, parameters: { readonly BAD_KEY?: string } = {}): unknown {
  if (error instanceof KafkaClientError) return notNow('the cluster does not answer', { cause: error });
  if (!(error instanceof InvalidStateStoreError)) return error;
  switch (error.code) {
    case 'UNKNOWN_STORE':
      return new HttpError(404, error.message, { cause: error });
    case 'WRONG_KIND':
      return new HttpError(400, error.message, { cause: error });
    case 'BAD_KEY':
      return badParameter(parameters.BAD_KEY ?? 'key', `is none of this store: ${error.message}`);
    case 'BAD_CURSOR':
      return badParameter('after', 'must be the next of an earlier page');
    case 'NOT_HERE':
      return notNow(error.message, { cause: error });
  }
}

function storePath(name: string, key: string | undefined): string {
  const path = `/stores/${encodeURIComponent(name)}`;
  return key === undefined ? path : `${path}/${encodeURIComponent(key)}`;
}

function shown({ key, window, value, timestamp }: StoreEntry): ShownEntry {
  return {
    key,
    ...(window === undefined ? {} : { windowStart: isoTime(window.start), windowEnd: isoTime(window.end) }),
    value,
    timestamp: timestamp === null ? null : isoTime(timestamp),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
