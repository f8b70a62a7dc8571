import type { StoreDescription, StoreOwner } from '../runtime/queries/store-description.js';
import type { PageOptions, StorePage } from '../runtime/queries/store-entry.js';
import { HttpError, notNow } from './http-error.js';
import { type Asked, OwnerStore } from './owner-store.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { httpErrorOf } from './query-error.js';
import type { ServedApplication, StoreQueries } from './served-application.js';
import { type ShownPage, shown } from './shown-entry.js';
import { describeStore } from './store-list.js';

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
  readonly #others: OwnerStore;

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
    this.#others = new OwnerStore(name, stale, signal);
    this.description = describeStore({ streams }, name);
  }

  partitionOf(parameter: string, key: string): number {
    try {
      return this.#queries.partitionOf(this.description.name, key);
    } catch (error) {
      throw httpErrorOf(error, { BAD_KEY: parameter });
    }
  }

  /** Throws a 400 that names the parameter if the text is no key, or no prefix of keys, of the store. */
  checkKey(parameter: string, text: string, is: 'key' | 'prefix'): void {
    try {
      this.#queries.checkKey(this.description.name, text, is);
    } catch (error) {
      throw httpErrorOf(error, { BAD_KEY: parameter });
    }
  }

  /**
   * The entry of a key in a key-value store. `asOf`: the version of a versioned store that was valid at this time. 404 if
   * there is none.
   */
  async entry(key: string, asOf: number | undefined): Promise<unknown> {
    const { name } = this.description;
    const partition = this.partitionOf('key', key);
    const none = new HttpError(404, `store ${name} has no such key`);
    return await this.#answer(
      partition,
      async stale => {
        const entry = await this.#here(() =>
          asOf === undefined
            ? this.#queries.get(name, partition, key, this.#stale)
            : this.#queries.getAsOf(name, partition, key, asOf, this.#stale),
        );
        if (entry === null) throw none;
        return { ...shown(entry), ...stale };
      },
      async host => {
        const entry = await this.#others.entry(host, key, asOf);
        if (entry === undefined) throw none;
        return entry;
      },
    );
  }

  /** Up to `limit` entries of one partition. */
  async page(partition: number, asked: Asked, limit: number, after: string | undefined): Promise<ShownPage> {
    const { reverse = false } = asked.parameters;
    const options = {
      limit,
      reverse,
      stale: this.#stale,
      signal: this.#signal,
      ...(after === undefined ? {} : { after }),
    };
    const here = async (stale: ShownStale): Promise<ShownPage> => {
      const { entries, next } = await this.#here(() => this.#read(partition, asked, options));
      const cursor = next === null ? null : encodeCursor({ partition, after: next });
      return { entries: entries.map(shown), next: cursor, ...stale };
    };
    return await this.#answer(partition, here, host => this.#others.page(host, partition, asked, limit, after));
  }

  async #read(partition: number, asked: Asked, options: PageOptions): Promise<StorePage> {
    const { name, kind } = this.description;
    const queries = this.#queries;
    if (asked.of === 'keys') return await queries.range(name, partition, asked.parameters, options);
    if (asked.of === 'versions') return await queries.versions(name, partition, asked.key, asked.parameters, options);
    const { from, to, keyFrom, keyTo } = asked.parameters;
    const keys = given({ key: asked.key, keyFrom, keyTo });
    return kind === 'session'
      ? await queries.sessions(name, partition, { ...keys, ...given({ earliestEnd: from, latestStart: to }) }, options)
      : await queries.windows(name, partition, { ...keys, ...given({ from, to }) }, options);
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

/** The fields that have a value. */
function given<T extends object>(fields: T): { readonly [N in keyof T]?: Exclude<T[N], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { readonly [N in keyof T]?: Exclude<T[N], undefined> };
}
