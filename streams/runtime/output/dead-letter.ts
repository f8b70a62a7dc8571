import { inspect } from 'node:util';
import { type ConsumerRecord, type Header, type Headers, MAX_RECORD_BYTES } from '../../kafka/record.js';
import type { ErrorContext, NodeInput } from '../errors.js';
import { ErrorHeaders, errorHeader } from './error-headers.js';
import { recordBytes } from './record-collector.js';

/** How far a timestamp may be ahead of the broker's clock: the default of `log.message.timestamp.after.max.ms`. */
const MAX_AHEAD_MS = 3_600_000;

/** The serializers of a node's input, as far as they are known. */
export interface InputSerdes {
  readonly keySerde?: Serializer;
  readonly valueSerde?: Serializer;
}

interface Serializer {
  serialize(part: unknown): Buffer;
}

type DeadLetter = Pick<ConsumerRecord, 'key' | 'value' | 'timestamp' | 'headers'>;

const MAX_CUT_KEY = 1000;
const MAX_MESSAGE = 4000;

/** Some frames of the stack show the place. More would not fit in a header. */
const MAX_STACK = 4000;

/**
 * The dead letter of a record that can't be processed, with the error. It has the raw bytes of the source record, and
 * the timestamp and headers that the node was given, as in Java. If there is no source record, because results of many
 * records leave together in a commit, or what has waited leaves with another record, it has the input of the node.
 * What is too large for a record is cut: first the headers that it came with, then the key, then the value.
 * `__streams.errors.cut` reports it. A timestamp that a broker would refuse is replaced by the wall clock, `now`;
 * `__streams.errors.timestamp` has the original.
 */
export function deadLetter(
  error: Error,
  context: ErrorContext,
  now: number,
  serdes: InputSerdes = {},
  known = new ErrorHeaders(),
): DeadLetter {
  const { key, value, ...source } = context.record ?? written(context.input, serdes);
  const { timestamp: original, headers } = context.input ?? source;
  const reasons = deadLetterHeaders(error, context, known);
  const timestamp = original > now + MAX_AHEAD_MS ? now : Math.max(0, original);
  if (timestamp !== original) reasons.push(errorHeader('timestamp', original));
  const whole = { key, value, timestamp, headers: [...headers, ...reasons] };
  if (recordBytes(key, value, whole.headers) <= MAX_RECORD_BYTES) return whole;
  const bytes = (part: Buffer | null): string => (part === null ? 'null' : String(part.length));
  const cut: Headers = [
    ...reasons,
    { key: '__streams.errors.cut', value: Buffer.from(`key ${bytes(key)} bytes, value ${bytes(value)} bytes`) },
  ];
  const shortKey = key?.subarray(0, MAX_CUT_KEY) ?? null;
  const room = MAX_RECORD_BYTES - recordBytes(shortKey, null, cut);
  return { ...whole, key: shortKey, value: value?.subarray(0, room) ?? null, headers: cut };
}

function written(input: NodeInput | null, { keySerde, valueSerde }: InputSerdes): DeadLetter {
  const { key = null, value = null, timestamp = 0, headers = [] } = input ?? {};
  return { key: bytesOf(key, keySerde), value: bytesOf(value, valueSerde), timestamp, headers };
}

/** The bytes that the serde writes. If there is no serde, or it throws, a readable text. */
function bytesOf(part: unknown, serde: Serializer | undefined): Buffer | null {
  if (part === null || part === undefined) return null;
  try {
    const bytes = serde?.serialize(part);
    if (Buffer.isBuffer(bytes)) return bytes;
  } catch {
    // The serialization may be the error that this dead letter reports.
  }
  return Buffer.isBuffer(part) ? part : Buffer.from(readable(part));
}

function readable(part: unknown): string {
  if (typeof part === 'string') return part;
  try {
    const json = part instanceof Map || part instanceof Set ? undefined : JSON.stringify(part);
    return json ?? inspect(part);
  } catch {
    return inspect(part);
  }
}

/** Headers of a dead letter with the names of KIP-1034. `node` is an additional one. */
function deadLetterHeaders(error: Error, { node, recordMetadata: place }: ErrorContext, known: ErrorHeaders): Header[] {
  const headers = [
    known.shared('exception', error.name),
    errorHeader('message', error.message.slice(0, MAX_MESSAGE)),
    known.shared('node', node),
  ];
  if (error.stack?.includes('\n')) headers.push(errorHeader('stacktrace', error.stack.slice(0, MAX_STACK)));
  if (place !== undefined) {
    headers.push(known.shared('topic', place.topic), known.shared('partition', place.partition));
    headers.push(errorHeader('offset', place.offset));
  }
  return headers;
}
