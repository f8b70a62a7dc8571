import type { OperatorRecord } from 'tributary/pipe';
import { type JsonObject, jsonType } from './json-object.js';
import { RejectedRecord } from './rejected-record.js';

/** Gets a text that is not empty and has no white space around it. Returns null if the text is not valid. */
export type TextCleaner = (text: string) => string | null;

/**
 * A step that cleans one field of the newly parsed value, in place. It throws a RejectedRecord that names the field if
 * the field is missing, not a string, empty, or not valid.
 *
 * @param expected what the field should be: `a day of the calendar`
 */
export function cleanField<F extends string>(
  field: F,
  expected: string,
  clean: TextCleaner,
): <K, V extends JsonObject>(record: OperatorRecord<K, V>) => OperatorRecord<K, V & Record<F, string>> {
  return record => {
    const raw = record.value[field];
    if (typeof raw !== 'string') throw new RejectedRecord(`${field}: ${notText(raw)}`);
    const text = raw.trim();
    if (text === '') throw new RejectedRecord(`${field}: empty`);
    const cleaned = clean(text);
    if (cleaned === null) throw new RejectedRecord(`${field}: not ${expected}`, text);
    setField(record, field, cleaned);
    return record;
  };
}

function notText(raw: unknown): string {
  return raw === undefined ? 'missing' : `${jsonType(raw)} instead of a string`;
}

function setField<K, V extends JsonObject, F extends string>(
  record: OperatorRecord<K, V>,
  field: F,
  text: string,
): asserts record is OperatorRecord<K, V & Record<F, string>> {
  const fields: JsonObject = record.value;
  fields[field] = text;
}
