import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ConformanceCase } from './case-file.js';

/** All cases of a folder, by name. */
export function loadCases(folder: string): readonly ConformanceCase[] {
  return caseFiles(folder).map(loadCase);
}

/** The case files of a folder, by name; of a file, itself. */
export function caseFiles(fileOrFolder: string): readonly string[] {
  if (!statSync(fileOrFolder).isDirectory()) return [fileOrFolder];
  return readdirSync(fileOrFolder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => path.join(fileOrFolder, file));
}

export function loadCase(file: string): ConformanceCase {
  return JSON.parse(readFileSync(file, 'utf8')) as ConformanceCase;
}
