import { HttpError } from './http-error.js';
import { askOwner } from './owner-client.js';
import { encodeCursor } from './page-cursor.js';
import { type ShownPage, shownEntry, shownPage } from './shown-entry.js';

/** A request about a store, apart from the place of its answer. */
export interface Asked {
  readonly key?: string;
  /** Times for a window store, keys for a key-value store. */
  readonly from?: string | number;
  readonly to?: string | number;
}

/** A store, as other processes answer for their partitions. */
export class OwnerStore {
  readonly #name: string;
  readonly #stale: boolean;
  readonly #signal: AbortSignal;

  /** `stale`: the others may answer from standbys. */
  constructor(name: string, stale: boolean, signal: AbortSignal) {
    this.#name = name;
    this.#stale = stale;
    this.#signal = signal;
  }

  /** The entry of a key in a key-value store. undefined if there is none. */
  async entry(host: string, key: string): Promise<unknown> {
    const path = `${storePath(this.#name, key)}${this.#stale ? '?stale=true' : ''}`;
    const { status, body } = await askOwner(host, path, this.#signal);
    if (status === 404) return undefined;
    if (shownEntry.safeParse(body).success) return body;
    throw new HttpError(502, `${host} did not answer with an entry of the store`);
  }

  /** Up to `limit` entries of one partition. */
  async page(
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
    const { status, body } = await askOwner(host, `${storePath(this.#name, key)}?${parameters}`, this.#signal);
    const page = shownPage.safeParse(body);
    if (status === 404 || !page.success) throw new HttpError(502, `${host} did not answer with a page of the store`);
    const { entries, next, stale } = page.data;
    return { entries, next, ...(stale === undefined ? {} : { stale }) };
  }
}

function storePath(name: string, key: string | undefined): string {
  const path = `/stores/${encodeURIComponent(name)}`;
  return key === undefined ? path : `${path}/${encodeURIComponent(key)}`;
}
