import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConformanceCase } from './case-file.js';

/** All cases of a folder, by name. */
export function loadCases(folder: string): readonly ConformanceCase[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as ConformanceCase);
}
