import type { Header, Headers } from '../../../kafka/record.js';

/**
 * What a record of a repartition topic is: a record of the topology, the time of an upstream task, or a partial
 * aggregate.
 */
export type RecordKind = 'record' | 'time' | 'partial';

/**
 * The first header says the kind. A record of the topology has no such header, unless its own first header has one of
 * these names.
 */
const KINDS: ReadonlyMap<string, RecordKind> = new Map([
  ['__streams.record', 'record'],
  ['__streams.time', 'time'],
  ['__streams.partial', 'partial'],
]);

const [RECORD_HEADER, TIME_HEADER, PARTIAL_HEADER] = [...KINDS.keys()].map(
  (key): Header => Object.freeze({ key, value: Buffer.from([1]) }),
) as [Header, Header, Header];

export const TIME_HEADERS: Headers = Object.freeze([TIME_HEADER]);
export const PARTIAL_HEADERS: Headers = Object.freeze([PARTIAL_HEADER]);

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
