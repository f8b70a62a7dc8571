import { isUtf8 } from 'node:buffer';
import { ExactNumber, mayHoldExactNumbers, withExactNumbers } from './exact-numbers.js';
import { RejectedRecord } from './rejected-record.js';
import { pauseStackTraces, resumeStackTraces } from './stack-traces.js';

/** A parsed JSON object. A field named `__proto__` is an ordinary field. */
export interface JsonObject {
  [field: string]: unknown;
}

/**
 * Parses a record's value. A number that no double represents becomes an {@link ExactNumber}.
 *
 * @throws RejectedRecord for a tombstone, and for any value that is not a JSON object in UTF-8
 */
export function parseJsonObject(value: Buffer | null): JsonObject {
  if (value === null) throw new RejectedRecord('value: null (tombstone)');
  if (value.length === 0) throw new RejectedRecord('value: empty');
  const text = value.toString();
  // Each invalid byte was decoded to U+FFFD, so only a text with that character needs a check of all its bytes.
  if (text.includes('\ufffd') && !isUtf8(value)) throw new RejectedRecord('value: not UTF-8');
  const object = asObject(parse(text));
  return mayHoldExactNumbers(text) ? (withExactNumbers(text, object) as JsonObject) : object;
}

function parse(text: string): unknown {
  const limit = pauseStackTraces();
  const value = parsed(text);
  resumeStackTraces(limit);
  if (value === undefined) throw new RejectedRecord('value: not JSON');
  return value;
}

/** undefined if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new RejectedRecord(`value: ${jsonType(value)} instead of an object`);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON's name of the type of a parsed value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof ExactNumber) return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}
