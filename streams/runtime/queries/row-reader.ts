import type { KeyRange } from '../../../stores/bytes/key-range.js';
import { readInt64 } from '../../../stores/encoding/int64.js';
import { END_OF_KEYS, type StateKey, stateKeyBytes } from '../../../stores/encoding/state-key.js';
import { TIME_BYTES, timeOf, timePrefix } from '../../../stores/encoding/time-prefix.js';
import { FIRST, FIRST_KEY } from '../../../stores/kinds/bucket-rows.js';
import type { TimeSpan } from '../../../stores/kinds/chunk-entries.js';
import { CommittedBuckets } from '../../../stores/kinds/committed-buckets.js';
import type { CommittedStore } from './committed-store.js';
import type { PlaceInRow, RowCursor } from './row-cursor.js';
import type { KeysOfRange, StoreEntry, StoreRange } from './store-entry.js';

/** An entry that was found in a row. */
export interface FoundEntry {
  /** Bytes of the row that it is decoded from. */
  readonly size: number;
  /** undefined: it is the only one of its row. */
  readonly place: PlaceInRow | undefined;
  decode(): StoreEntry;
}

/** Which rows have the entries of a range, and the entries in a row. */
export interface RowReader {
  readonly rows: KeyRange;
  /** The end of the rows of the key, after a time. undefined: the rows of several keys are read. */
  readonly ofKey: StateKey | undefined;
  /** The entries of a row that are in the range, in the order of the page. */
  entriesOf(row: StateKey, bytes: Buffer): Iterable<FoundEntry>;
}

export interface ReadOrder {
  readonly reverse: boolean;
  /** Where the page before ended. */
  readonly after: RowCursor | undefined;
}

/** The reader of a range of a store of the same kind. */
export function rowReader(committed: CommittedStore, range: StoreRange, order: ReadOrder): RowReader {
  const { query } = committed.store;
  if (range.kind === 'keys') return keyRows(committed, range.keys);
  if (range.kind === 'sessions') {
    const live = liveSpan(committed, range.earliestEnd, Number.POSITIVE_INFINITY);
    return new BucketReader(committed, range, live, order, range.latestStart);
  }
  const live = liveSpan(committed, range.from, range.to);
  if (query.kind === 'window' && query.bucketMs === undefined) return windowRows(committed, range, live);
  return new BucketReader(committed, range, live, order);
}

/** True if a row may have several entries. */
export function hasPlaces({ query }: CommittedStore['store']): boolean {
  return query.kind !== 'keyValue' && query.bucketMs !== undefined;
}

/** The part of the times that the retention has left. No window starts before the epoch. */
function liveSpan({ liveFrom }: CommittedStore, from: number, to: number): TimeSpan {
  return { from: Math.max(0, from, liveFrom), to: Math.min(to, Number.MAX_SAFE_INTEGER) };
}

function isIn(keys: KeyRange | undefined, key: StateKey): boolean {
  return keys === undefined || (key >= keys.from && key < keys.to);
}

function keyRows({ store }: CommittedStore, rows: KeyRange): RowReader {
  return {
    rows,
    ofKey: undefined,
    entriesOf: (row, bytes) => [
      { size: row.length + bytes.length, place: undefined, decode: () => keyValueEntry(store, row, bytes) },
    ],
  };
}

export function keyValueEntry({ spec, query }: CommittedStore['store'], row: StateKey, bytes: Buffer): StoreEntry {
  const key = spec.keySerde.deserialize(stateKeyBytes(row));
  return { key, ...query.decode(spec.valueSerde, bytes, 0) };
}

/** Rows whose keys are a window start and a key. */
function windowRows({ store }: CommittedStore, { key, keys }: KeysOfRange, { from, to }: TimeSpan): RowReader {
  const { spec, query } = store;
  const sizeMs = query.kind === 'window' ? query.sizeMs : 0;
  return {
    rows: { from: timePrefix(from), to: to >= Number.MAX_SAFE_INTEGER ? END_OF_KEYS : timePrefix(Math.max(0, to + 1)) },
    ofKey: key,
    *entriesOf(row, bytes) {
      if (!isIn(keys, row.slice(TIME_BYTES))) return;
      const start = timeOf(row);
      yield {
        size: row.length + bytes.length,
        place: undefined,
        decode: () => ({
          key: spec.keySerde.deserialize(stateKeyBytes(row.slice(TIME_BYTES))),
          window: { start, end: start + sizeMs },
          ...query.decode(spec.valueSerde, bytes, start),
        }),
      };
    },
  };
}

/** The start of a session, before its value. */
const START_BYTES = 8;

/** Rows of time buckets: each has the entries of a key in a bucket. */
class BucketReader implements RowReader {
  readonly rows: KeyRange;
  readonly ofKey: StateKey | undefined;
  readonly #store: CommittedStore['store'];
  readonly #shape: BucketShape;
  readonly #buckets: CommittedBuckets;
  readonly #keys: KeyRange | undefined;
  readonly #span: TimeSpan;
  readonly #order: ReadOrder;
  readonly #latestStart: number;

  /** `latestStart`: of sessions. */
  constructor(
    { store, bytes }: CommittedStore,
    { key, keys }: KeysOfRange,
    span: TimeSpan,
    order: ReadOrder,
    latestStart = Number.POSITIVE_INFINITY,
  ) {
    this.#store = store;
    this.#shape = bucketShape(store);
    this.#buckets = new CommittedBuckets(bytes, this.#shape.bucketMs);
    this.#keys = keys;
    this.#span = span;
    this.#order = order;
    this.#latestStart = latestStart;
    const { rows } = this.#buckets;
    const isOpen = span.to >= Number.MAX_SAFE_INTEGER;
    this.rows = {
      from: timePrefix(rows.bucketOf(span.from)),
      to: isOpen ? END_OF_KEYS : timePrefix(rows.after(rows.bucketOf(Math.max(0, span.to)))),
    };
    this.ofKey = key === undefined ? undefined : key + FIRST_KEY;
  }

  *entriesOf(row: StateKey, bytes: Buffer): Generator<FoundEntry> {
    const { bucket, key, id } = this.#buckets.rows.placeOf(row);
    if (id !== FIRST || !isIn(this.#keys, key)) return;
    const { reverse, after } = this.#order;
    const last = after?.row === row ? after.place : undefined;
    const { isSession } = this.#shape;
    let place: PlaceInRow = { time: -1, number: 0 };
    for (const { time, value } of this.#buckets.inBucket({ bucket, key }, bytes, this.#spanAfter(last), reverse)) {
      // The sessions that end at one time are in the order of their starts, and duplicates in that of their puts.
      const number = isSession ? readInt64(value, 0) : time === place.time ? place.number + 1 : 0;
      place = { time, number };
      if (last?.time === time && !(isSession && reverse ? number < last.number : number > last.number)) continue;
      if (isSession && number > this.#latestStart) continue;
      yield { size: value.length, place, decode: () => this.#entry(key, time, value) };
    }
  }

  /** The part of the span that may have entries after `last`. */
  #spanAfter(last: PlaceInRow | undefined): TimeSpan {
    const { from, to } = this.#span;
    if (last === undefined) return this.#span;
    return this.#order.reverse ? { from, to: Math.min(to, last.time) } : { from: Math.max(from, last.time), to };
  }

  #entry(key: StateKey, time: number, bytes: Buffer): StoreEntry {
    const { spec, query } = this.#store;
    const { isSession, sizeMs } = this.#shape;
    return {
      key: spec.keySerde.deserialize(stateKeyBytes(key)),
      window: isSession ? { start: readInt64(bytes, 0), end: time } : { start: time, end: time + sizeMs },
      ...query.decode(spec.valueSerde, isSession ? bytes.subarray(START_BYTES) : bytes, time),
    };
  }
}

interface BucketShape {
  readonly bucketMs: number;
  readonly isSession: boolean;
  readonly sizeMs: number;
}

function bucketShape({ query, spec }: CommittedStore['store']): BucketShape {
  if (query.kind === 'session') return { bucketMs: query.bucketMs, isSession: true, sizeMs: 0 };
  if (query.kind === 'window' && query.bucketMs !== undefined) {
    return { bucketMs: query.bucketMs, isSession: false, sizeMs: query.sizeMs };
  }
  throw new Error(`store ${spec.name} has no time buckets`);
}
