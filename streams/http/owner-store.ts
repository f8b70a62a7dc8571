import { HttpError } from './http-error.js';
import { askOwner } from './owner-client.js';
import { encodeCursor } from './page-cursor.js';
import { type ShownPage, shownEntry, shownPage } from './shown-entry.js';

/** What a page has: the query parameters that say it, and the key of the path. */
export type Asked =
  | { readonly of: 'keys'; readonly parameters: KeyParameters }
  | { readonly of: 'windows'; readonly key?: string; readonly parameters: WindowParameters }
  | { readonly of: 'versions'; readonly key: string; readonly parameters: TimeParameters };

export interface KeyParameters {
  readonly from?: string;
  readonly to?: string;
  readonly prefix?: string;
  readonly reverse?: boolean;
}

/** Milliseconds since the epoch. */
export interface TimeParameters {
  readonly from?: number;
  readonly to?: number;
  readonly reverse?: boolean;
}

/** Of window and session stores. */
export interface WindowParameters extends TimeParameters {
  readonly keyFrom?: string;
  readonly keyTo?: string;
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
  async entry(host: string, key: string, asOf: number | undefined): Promise<unknown> {
    const parameters = new URLSearchParams();
    if (asOf !== undefined) parameters.set('asOf', String(asOf));
    if (this.#stale) parameters.set('stale', 'true');
    const query = parameters.size === 0 ? '' : `?${parameters}`;
    const { status, body } = await askOwner(host, `${storePath(this.#name, key)}${query}`, this.#signal);
    if (status === 404) return undefined;
    if (shownEntry.safeParse(body).success) return body;
    throw new HttpError(502, `${host} did not answer with an entry of the store`);
  }

  /** Up to `limit` entries of one partition. */
  async page(
    host: string,
    partition: number,
    asked: Asked,
    limit: number,
    after: string | undefined,
  ): Promise<ShownPage> {
    const key = asked.of === 'keys' ? undefined : asked.key;
    const parameters = new URLSearchParams({ limit: String(limit) });
    for (const [name, value] of Object.entries(asked.parameters)) parameters.set(name, String(value));
    if (after !== undefined) parameters.set('after', encodeCursor({ partition, after }));
    if (this.#stale) parameters.set('stale', 'true');
    if (key === undefined) parameters.set('partition', String(partition));
    const path = `${storePath(this.#name, key)}${asked.of === 'versions' ? '/versions' : ''}`;
    const { status, body } = await askOwner(host, `${path}?${parameters}`, this.#signal);
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
