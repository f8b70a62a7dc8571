import { z } from 'zod';
import type { StoreEntry } from '../runtime/queries/store-page.js';

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

/** A page, as another process answers with it. */
export const shownPage = z.object({
  entries: z.array(z.unknown()),
  next: z.string().nullable(),
  stale: z.boolean().optional(),
});

/** An entry of a key-value store, as another process answers with it. Its other fields are passed on too. */
export const shownEntry = z.looseObject({ key: z.unknown(), value: z.unknown(), timestamp: z.string().nullable() });

/** An entry of this process. */
export function shown({ key, window, value, timestamp }: StoreEntry): ShownEntry {
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
