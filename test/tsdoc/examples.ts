import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** An example in a TSDoc comment: a block of code between ```ts and ```. */
export interface Example {
  readonly file: string;
  /** The line of the file that has the first line of the code. */
  readonly line: number;
  readonly code: readonly string[];
}

/** Blocks of these languages are not compiled. */
const OTHER_LANGUAGES = ['text', 'sh', 'json'];

const FENCE = /^\s*\* ```(\w*)$/;

/** The examples of all TypeScript files in a folder. */
export function examplesOf(root: string, folder: string): Example[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => `${folder}/${file}`)
    .flatMap(file => examplesIn(file, readFileSync(path.join(root, file), 'utf8')));
}

/** Throws if a block has no end, or another language than those that a comment may have. */
export function examplesIn(file: string, source: string): Example[] {
  const examples: Example[] = [];
  let open: { readonly language: string; readonly line: number; readonly code: string[] } | undefined;
  for (const [index, text] of source.split('\n').entries()) {
    const [fence, language = ''] = FENCE.exec(text) ?? [];
    if (open === undefined) {
      if (fence === undefined) continue;
      if (language !== 'ts' && !OTHER_LANGUAGES.includes(language)) {
        throw new Error(`${file}:${index + 1}: a block of code begins with \`\`\`ts, not \`\`\`${language}`);
      }
      open = { language, line: index + 2, code: [] };
    } else if (fence !== undefined) {
      if (open.language === 'ts') examples.push({ file, line: open.line, code: open.code });
      open = undefined;
    } else if (/^\s*\*(?!\/)/.test(text)) {
      open.code.push(text.replace(/^\s*\* ?/, ''));
    } else {
      throw new Error(`${file}:${index + 1}: the block of code of line ${open.line - 1} has no end`);
    }
  }
  return examples;
}
