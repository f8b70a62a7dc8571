import { type StateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { decodeTimestamped } from '../../../stores/encoding/timestamped.js';
import { CommittedBuckets } from '../../../stores/kinds/committed-buckets.js';
import { oldVersionCodec } from '../../../stores/kinds/versioned.js';
import type { CommittedStore } from './committed-store.js';
import { badCursor } from './row-cursor.js';
import type { PageOptions, StoreEntry, StorePage } from './store-entry.js';
import { MAX_PAGE_BYTES } from './store-page.js';

/** A partition of a versioned store. */
export type VersionedPartition = CommittedStore & { readonly history: NonNullable<CommittedStore['history']> };

/** Throws if the store is not versioned. */
export function versionedPartition(committed: CommittedStore): VersionedPartition {
  const { history, store } = committed;
  if (history === undefined) throw new Error(`store ${store.spec.name} has no history`);
  return { ...committed, history };
}

/**
 * The version of a key that was valid at `time` (KIP-960: `VersionedKeyQuery.asOf`). null if there was none, or if the
 * time is before the history.
 */
export function versionAsOf(partition: VersionedPartition, key: StateKey, time: number): StoreEntry | null {
  for (const { version } of versionsOf(partition, key, time, time, false)) return version();
  return null;
}

/**
 * The versions of a key that were valid at some time from `from` to `to`, both included, by their timestamps, or the
 * reverse (KIP-968: `MultiVersionedKeyQuery`). Deletions are not among them. The cursor is the timestamp of the last
 * version, so versions that are put meanwhile do not move a page.
 */
export function readVersions(
  partition: VersionedPartition,
  key: StateKey,
  { from, to }: { readonly from: number; readonly to: number },
  { limit, after, reverse = false }: Pick<PageOptions, 'limit' | 'after' | 'reverse'>,
): StorePage {
  const last = after === undefined ? undefined : lastTimestamp(after);
  const entries: StoreEntry[] = [];
  let size = 0;
  let next: number | undefined;
  const since = last === undefined || reverse ? from : Math.max(from, last);
  const until = last === undefined || !reverse ? to : Math.min(to, last);
  for (const found of versionsOf(partition, key, since, until, reverse)) {
    if (last !== undefined && (reverse ? found.timestamp >= last : found.timestamp <= last)) continue;
    if (entries.length >= limit || size >= MAX_PAGE_BYTES) return { entries, next: String(next) };
    entries.push(found.version());
    size += found.size;
    next = found.timestamp;
  }
  return { entries, next: null };
}

interface FoundVersion {
  readonly timestamp: number;
  readonly size: number;
  version(): StoreEntry;
}

function* versionsOf(
  { store, bytes, history }: VersionedPartition,
  key: StateKey,
  from: number,
  to: number,
  reverse: boolean,
): Generator<FoundVersion> {
  if (from > to) return;
  const { keySerde, valueSerde } = store.spec;
  const newest = bytes.getCommitted(key);
  const { value, timestamp } = newest === null ? NO_VERSION : decodeTimestamped(valueSerde, newest);
  const found = (each: { value: unknown; timestamp: number }, validTo: number | null, size: number): FoundVersion => ({
    timestamp: each.timestamp,
    size,
    version: () => ({ key: keySerde.deserialize(stateKeyBytes(key)), ...each, validTo }),
  });
  const latest = newest !== null && timestamp <= to ? found({ value, timestamp }, null, newest.length) : undefined;
  if (reverse && latest !== undefined) yield latest;
  const codec = oldVersionCodec(valueSerde);
  const buckets = new CommittedBuckets(history.bytes, history.bucketMs);
  // A version is read by the time at which it was replaced, and was not valid at that time any more.
  const span = { from: Math.max(from, history.liveFrom) + 1, to: history.highest };
  for (const { time, value: row } of to < history.liveFrom ? [] : buckets.ofKey(key, span, reverse)) {
    const old = codec.deserialize(row);
    if (old.validFrom > to || old.value === null) continue;
    yield found({ value: old.value, timestamp: old.validFrom }, time, row.length);
  }
  if (!reverse && latest !== undefined) yield latest;
}

const NO_VERSION = Object.freeze({ value: null, timestamp: Number.POSITIVE_INFINITY });

function lastTimestamp(cursor: string): number {
  if (!/^\d{1,16}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}
