import { type ConsumerRecord, type Header, type Headers, MAX_RECORD_BYTES } from '../kafka/record.js';
import type { ErrorContext } from './errors.js';
import { recordBytes } from './record-collector.js';

const MAX_CUT_KEY = 1000;
const MAX_MESSAGE = 4000;

/** A stack of some frames tells where; more would not fit in a header. */
const MAX_STACK = 4000;

/**
 * The record that is kept of one which can't be processed: its raw bytes, and what is known of the error. What would be too
 * large for a record is cut, headers of the source record first, then the key, then the value; `__streams.errors.cut` tells.
 */
export function deadLetter(
  error: Error,
  context: ErrorContext,
): Pick<ConsumerRecord, 'key' | 'value' | 'timestamp' | 'headers'> {
  const reasons = deadLetterHeaders(error, context);
  const { key = null, value = null, headers = [], timestamp = 0 } = context.record ?? {};
  const whole = { key, value, timestamp: Math.max(0, timestamp), headers: [...headers, ...reasons] };
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

/** Headers of a dead letter, by the names of KIP-1034. */
function deadLetterHeaders(error: Error, context: ErrorContext): Header[] {
  const header = (name: string, value: string | number): Header => ({
    key: `__streams.errors.${name}`,
    value: Buffer.from(String(value)),
  });
  const headers = [header('exception', error.name), header('message', error.message.slice(0, MAX_MESSAGE))];
  if (error.stack?.includes('\n')) {
    headers.push(header('stacktrace', error.stack.slice(0, MAX_STACK)));
  }
  const { record } = context;
  if (record !== null) {
    headers.push(header('topic', record.topic), header('partition', record.partition), header('offset', record.offset));
  }
  return headers;
}
