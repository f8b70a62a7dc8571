import { getFunctionList, getManyValues, isFunctionList, isMany, none } from 'stream-chain/defs.js';
import parser from 'stream-json/parser.js';
import verifier from 'stream-json/utils/verifier.js';

export interface JsonToken {
  readonly name: string;
  /** Text of a key, a string or a number. */
  readonly value?: unknown;
}

/** One value, or several values one after the other. */
export type JsonFormat = 'single' | 'sequence';

export const END_OF_TEXT: typeof none = none;

/** Takes the text in pieces, then its end. Returns the complete tokens. Throws if the text is not JSON. */
export type Tokenize = (text: string | typeof END_OF_TEXT) => readonly JsonToken[];

export function jsonTokenizer(format: JsonFormat): Tokenize {
  const stage = lastStage(
    parser({ packValues: true, streamValues: false, jsonStreaming: format === 'sequence' }) as Pipeline,
  );
  return text => {
    const result = stage(text);
    return isMany(result) ? (getManyValues(result) as readonly JsonToken[]) : [];
  };
}

/**
 * Index of the first character that can't be part of the JSON text. In an escape or a literal: the index of its first
 * character. If only a rest is missing: the length of the text.
 */
export function indexOfJsonError(text: string, format: JsonFormat): number {
  const stage = lastStage(verifier({ jsonStreaming: format === 'sequence' }) as Pipeline);
  try {
    stage(text);
    stage(none);
  } catch (error) {
    if (error instanceof Error && 'offset' in error && typeof error.offset === 'number') return error.offset;
    throw error;
  }
  return text.length;
}

type Pipeline = (input: string) => unknown;

/**
 * stream-json composes a decoder from the stage that does the work and an async generator: a promise for each token
 * (measured: five times slower). The stage itself is a plain function.
 */
function lastStage(pipeline: Pipeline): (input: string | typeof none) => unknown {
  const stage = isFunctionList(pipeline) ? getFunctionList(pipeline).at(-1) : undefined;
  if (stage === undefined) throw new TypeError('stream-json does not compose its stages as expected');
  return stage;
}
