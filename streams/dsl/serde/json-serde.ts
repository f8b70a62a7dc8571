import type { Serde } from './serde.js';
import { wrongValue } from './wrong-value.js';

export const json: Serde<unknown> = Object.freeze({
  takesView: true,
  serialize: (value: unknown): Buffer => Buffer.from(textOf(value), 'utf8'),
  deserialize: (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8')),
  fromText: (text: string): unknown => JSON.parse(text),
});

function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw wrongValue('JSON', value);
  return text;
}
