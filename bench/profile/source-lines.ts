import { readFileSync } from 'node:fs';

/** The lines of the files of a profile, read once each. */
export class SourceLines {
  readonly #files = new Map<string, readonly string[]>();

  /** Empty for a file that can't be read, and for line 0. */
  lineOf(url: string, line: number): string {
    let lines = this.#files.get(url);
    if (lines === undefined) {
      lines = url.startsWith('file://') ? read(url) : [];
      this.#files.set(url, lines);
    }
    return lines[line - 1] ?? '';
  }
}

function read(url: string): readonly string[] {
  try {
    return readFileSync(new URL(url), 'utf8').split('\n');
  } catch {
    return [];
  }
}
