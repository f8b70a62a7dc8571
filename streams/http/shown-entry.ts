import { z } from 'zod';
import type { Header } from '../kafka/record.js';
import type { StoreEntry } from '../runtime/queries/store-entry.js';

/** An entry in an answer. Times are ISO 8601 in UTC, or milliseconds after the year 275760. */
export interface ShownEntry {
  readonly key: unknown;
  /** Of window and session stores. */
  readonly windowStart?: string;
  /** null: the window never ends. */
  readonly windowEnd?: string | null;
  readonly value: unknown;
  readonly timestamp: string | null;
  /** Of stores with headers. Bytes are shown as UTF-8. */
  readonly headers?: readonly { readonly key: string; readonly value: string | null }[];
  /** Of versions. null: the version is the newest one. */
  readonly validTo?: string | null;
}

export interface ShownPage {
  /** Entries of another process are passed on unchanged. */
  readonly entries: readonly unknown[];
  /** The `after` of the next page. null on the last page. */
  readonly next: string | null;
  /** Set only for stale requests: true if some of the data is from a standby, or from a task that is being restored. */
  readonly stale?: boolean;
}

/** A page, as another process answers with it. */
export const shownPage = z.object({
  entries: z.array(z.unknown()),
  next: z.string().nullable(),
  stale: z.boolean().optional(),
});

/** An entry of a key-value store, as another process answers with it. Its other fields are passed on too. */
export const shownEntry = z.looseObject({ key: z.unknown(), value: z.unknown(), timestamp: z.string().nullable() });

/** An entry of this process. */
export function shown({ key, window, value, timestamp, headers, validTo }: StoreEntry): ShownEntry {
  return {
    key,
    ...(window === undefined ? {} : { windowStart: shownTime(window.start), windowEnd: shownEnd(window.end) }),
    value,
    timestamp: timestamp === null ? null : shownTime(timestamp),
    ...(headers === undefined ? {} : { headers: headers.map(header => shownHeader(header)) }),
    ...(validTo === undefined ? {} : { validTo: validTo === null ? null : shownTime(validTo) }),
  };
}

function shownHeader({ key, value }: Header): { readonly key: string; readonly value: string | null } {
  return { key, value: value === null ? null : value.toString() };
}

function shownEnd(ms: number): string | null {
  return ms === Number.POSITIVE_INFINITY ? null : shownTime(ms);
}

/** Times that a Date can't hold are shown in milliseconds. */
function shownTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
