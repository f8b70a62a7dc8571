import type { Header, Headers } from '../../../kafka/record.js';

/** What a record of a repartition topic is: one of the topology, the time that an upstream task announces, or a partial aggregate. */
export type RecordKind = 'record' | 'time' | 'partial';

/** The first header says the kind. A record of the topology needs none, unless its own first header is one of these. */
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
  const [first] = headers;
  return (first === undefined ? undefined : KINDS.get(first.key)) ?? 'record';
}

/** Headers of a record of the topology, for its way through a repartition topic: whatever they are, it stays a record. */
export function escaped(headers: Headers): Headers {
  const [first] = headers;
  return first !== undefined && KINDS.has(first.key) ? [RECORD_HEADER, ...headers] : headers;
}

/** The headers that were `escaped`. */
export function unescaped(headers: Headers): Headers {
  return headers[0]?.key === RECORD_HEADER.key ? headers.slice(1) : headers;
}
