import type { OperatorRecord } from '../../streams/dsl/operator-chain.js';
import { type JsonObject, jsonType } from './json-object.js';
import { quoted, RejectedRecord } from './rejected-record.js';

/** A text that is not what it should be gives null. */
export type TextCleaner = (text: string) => string | null;

/**
 * A step that cleans one field of the freshly parsed value, in place. A field that is missing, no string, or not `what` it
 * should be (`a date`) throws a RejectedRecord that names it.
 */
export function cleanField<F extends string>(
  field: F,
  what: string,
  clean: TextCleaner,
): <K, V extends JsonObject>(record: OperatorRecord<K, V>) => OperatorRecord<K, V & Record<F, string>> {
  return record => {
    const raw = record.value[field];
    if (typeof raw !== 'string') throw new RejectedRecord(`${field}: ${notText(raw)}`);
    const cleaned = clean(raw);
    if (cleaned === null) throw new RejectedRecord(`${field}: ${notWhat(raw, what)}`);
    setField(record, field, cleaned);
    return record;
  };
}

function notText(raw: unknown): string {
  return raw === undefined ? 'missing' : `${jsonType(raw)} instead of a string`;
}

function notWhat(text: string, what: string): string {
  return text.trim() === '' ? 'empty' : `${quoted(text)} is not ${what}`;
}

function setField<K, V extends JsonObject, F extends string>(
  record: OperatorRecord<K, V>,
  field: F,
  text: string,
): asserts record is OperatorRecord<K, V & Record<F, string>> {
  const fields: JsonObject = record.value;
  fields[field] = text;
}
