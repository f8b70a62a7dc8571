import { closeSync, openSync, writeSync } from 'node:fs';
import { ConfigError } from 'tributary/kafka';
import type { BadLine } from './line-framer.js';

const MAX_SHOWN = 100;

/** Counts the skipped lines, and writes them somewhere. */
export interface BadLines {
  readonly count: number;
  readonly summary: string;
  readonly add: (bad: BadLine) => void;
  close(): void;
}

/**
 * @param path of a file for the lines, unchanged; null: `show` gets each line, cut to 100 characters
 * @throws ConfigError if the file can't be written
 */
export function openBadLines(path: string | null, show: (line: number, text: string) => void): BadLines {
  let count = 0;
  const file = path === null ? undefined : opened(path);
  return {
    get count() {
      return count;
    },
    get summary() {
      return `${count} ${count === 1 ? 'line was' : 'lines were'} skipped${path === null ? '' : `, and written to ${path}`}`;
    },
    add({ line, text }) {
      count += 1;
      if (file === undefined) show(line, shown(text.toString()));
      else writeSync(file, Buffer.concat([text, Buffer.from('\n')]));
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new ConfigError(`--bad-file: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
}
