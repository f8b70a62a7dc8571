import { TextHeader } from '../../../kafka/message-headers.js';
import type { Header, Headers } from '../../../kafka/record.js';

/**
 * What travels through a repartition topic: a record of the topology, the time of an upstream task, a partial
 * aggregate.
 */
export type EntryKind = 'record' | 'time' | 'partial';

/** What a record of a repartition topic is: one of these alone, or a block of several of them (`BlockWriter`). */
export type RecordKind = EntryKind | 'block';

/** A first header whose name begins so is the runtime's. */
const PREFIX = '__streams.';
/** Headers of dead letters. A record may have them that was read again. */
const ERRORS = '__streams.errors.';

/** The first header says the kind. A record of the topology has no such header, unless `escaped` has put it there. */
const KINDS: ReadonlyMap<string, RecordKind> = new Map([
  ['__streams.record', 'record'],
  ['__streams.time', 'time'],
  ['__streams.partial', 'partial'],
  ['__streams.block', 'block'],
]);

const [RECORD_HEADER, TIME_HEADER, PARTIAL_HEADER, BLOCK_HEADER] = [...KINDS.keys()].map(
  (key): Header => TextHeader.of(key, '\u0001'),
) as [Header, Header, Header, Header];

export const TIME_HEADERS: Headers = Object.freeze([TIME_HEADER]);
const PARTIAL_HEADERS: Headers = Object.freeze([PARTIAL_HEADER]);
export const BLOCK_HEADERS: Headers = Object.freeze([BLOCK_HEADER]);

/** undefined if the kind is unknown: a later version may have written the record. */
export function kindOf(headers: Headers): RecordKind | undefined {
  const first = headers[0];
  if (first === undefined) return 'record';
  const { key } = first;
  return KINDS.get(key) ?? (key.startsWith(PREFIX) && !key.startsWith(ERRORS) ? undefined : 'record');
}

/**
 * The headers of a record of the topology in a repartition topic. Whatever they are, the record is read as a record.
 */
export function escaped(headers: Headers): Headers {
  const first = headers[0];
  return first?.key.startsWith(PREFIX) ? [RECORD_HEADER, ...headers] : headers;
}

/** Reverses `escaped` and `partialHeaders`. */
export function unmarked(headers: Headers): Headers {
  const first = headers[0];
  return first !== undefined && KINDS.has(first.key) ? headers.slice(1) : headers;
}

/** The headers of a partial aggregate in a repartition topic. `headers` are those of its last record. */
export function partialHeaders(headers: Headers): Headers {
  return headers.length === 0 ? PARTIAL_HEADERS : [PARTIAL_HEADER, ...headers];
}
