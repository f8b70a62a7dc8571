import { recordTimestamp, type TimestampExtractor } from '../../../streams/index.js';
import type { FunctionSpec } from '../case-file.js';
import { member, number, string } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

const MADE = new Map<string | undefined, TimestampExtractor>();

/** Equal descriptions are one function: streams of one topic must have the same extractor. */
export function timestampExtractor(spec: FunctionSpec | undefined): TimestampExtractor {
  const description = JSON.stringify(spec);
  const extractor = MADE.get(description) ?? named('timestamp extractor', EXTRACTORS, spec ?? 'recordTime');
  MADE.set(description, extractor);
  return extractor;
}

/** The integer member of the value, undefined if there is none. */
function time(value: unknown, name: unknown): number | undefined {
  const field = member(value, string(name));
  return Number.isInteger(field) ? number(field) : undefined;
}

const EXTRACTORS: Vocabulary<TimestampExtractor> = {
  recordTime: () => recordTimestamp,
  field: name => (_record, value) => time(value, name) ?? -1,
  fieldOrPartitionTime: name => (_record, value, partitionTime) => time(value, name) ?? partitionTime,
  fieldOrFail: name => (_record, value) => {
    const extracted = time(value, name);
    if (extracted === undefined) throw new Error(`the value has no time in ${string(name)}`);
    return extracted;
  },
};
