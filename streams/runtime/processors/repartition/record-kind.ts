import type { Header, Headers } from '../../../kafka/record.js';

/** What travels through a repartition topic: a record of the topology, the time of an upstream task, a partial aggregate. */
export type EntryKind = 'record' | 'time' | 'partial';

/** What a record of a repartition topic is: one of these alone, or a block of several of them (`BlockWriter`). */
export type RecordKind = EntryKind | 'block';

/**
 * The first header says the kind. A record of the topology has no such header, unless its own first header has one of
 * these names.
 */
const KINDS: ReadonlyMap<string, RecordKind> = new Map([
  ['__streams.record', 'record'],
  ['__streams.time', 'time'],
  ['__streams.partial', 'partial'],
  ['__streams.block', 'block'],
]);

const [RECORD_HEADER, TIME_HEADER, PARTIAL_HEADER, BLOCK_HEADER] = [...KINDS.keys()].map(
  (key): Header => Object.freeze({ key, value: Buffer.from([1]) }),
) as [Header, Header, Header, Header];

export const TIME_HEADERS: Headers = Object.freeze([TIME_HEADER]);
export const PARTIAL_HEADERS: Headers = Object.freeze([PARTIAL_HEADER]);
export const BLOCK_HEADERS: Headers = Object.freeze([BLOCK_HEADER]);

export function kindOf(headers: Headers): RecordKind {
  const first = headers[0];
  return (first === undefined ? undefined : KINDS.get(first.key)) ?? 'record';
}

/**
 * The headers of a record of the topology in a repartition topic. Whatever they are, the record is read as a record.
 */
export function escaped(headers: Headers): Headers {
  const first = headers[0];
  return first !== undefined && KINDS.has(first.key) ? [RECORD_HEADER, ...headers] : headers;
}

/** Reverses `escaped`. */
export function unescaped(headers: Headers): Headers {
  return headers[0]?.key === RECORD_HEADER.key ? headers.slice(1) : headers;
}
