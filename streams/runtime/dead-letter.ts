import type { Header } from '../kafka/record.js';
import type { ErrorContext } from './errors.js';

/** A stack of some frames tells where; more would not fit in a header. */
const MAX_STACK = 4000;

/** Headers of a dead letter, by the names of KIP-1034. */
export function deadLetterHeaders(error: Error, context: ErrorContext): Header[] {
  const header = (name: string, value: string | number): Header => ({
    key: `__streams.errors.${name}`,
    value: Buffer.from(String(value)),
  });
  const headers = [header('exception', error.name), header('message', error.message)];
  if (error.stack?.includes('\n')) {
    headers.push(header('stacktrace', error.stack.slice(0, MAX_STACK)));
  }
  const { record } = context;
  if (record !== null) {
    headers.push(header('topic', record.topic), header('partition', record.partition), header('offset', record.offset));
  }
  return headers;
}
