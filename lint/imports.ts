import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** An import, a re-export or a dynamic import of a file, types included. */
export interface Import {
  /** Path of the file, from the root of the repository. */
  readonly from: string;
  readonly to: string;
  /** True: `to` is the path of a file of ours. False: it is the name of a package's entry, such as `tributary/kafka`. */
  readonly isFile: boolean;
}

const SPECIFIER = /^(?:import|export|\})[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** The imports of all TypeScript and JavaScript files in the folders of `root`. */
export function importsOf(root: string, folders: readonly string[]): Import[] {
  return folders
    .flatMap(folder =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map(file => `${folder}/${file}`),
    )
    .filter(file => /\.[jt]s$/.test(file))
    .flatMap(file => importsIn(file, readFileSync(path.join(root, file), 'utf8')));
}

export function importsIn(from: string, source: string): Import[] {
  return [...source.matchAll(SPECIFIER)].map(([, imported, effect, dynamic]) => {
    const specifier = imported ?? effect ?? dynamic ?? '';
    const isFile = specifier.startsWith('.');
    return { from, to: isFile ? path.join(path.dirname(from), specifier.replace(/\.js$/, '.ts')) : specifier, isFile };
  });
}
