import type { FunctionSpec } from '../case-file.js';
import { string, text } from './text.js';
import { named, type Vocabulary } from './vocabulary.js';

export type TopicName = (key: unknown, value: unknown) => string;

export function topicName(spec: FunctionSpec | undefined): TopicName {
  return named('topic name', TOPIC_NAMES, spec);
}

const TOPIC_NAMES: Vocabulary<TopicName> = {
  byKey: prefix => key => string(prefix) + text(key),
  byValue: prefix => (_key, value) => string(prefix) + (value === null ? 'null' : (text(value)[0] ?? '')),
};
