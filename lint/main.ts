import { fileURLToPath } from 'node:url';
import { checkImports } from './check-imports.js';
import { importsOf } from './imports.js';
import { RULES } from './rules.js';

/** Seen from the compiled file, `dist/lint/`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const [rooms] = RULES.houses;
const wrong = checkImports(importsOf(ROOT, rooms?.floors.flat() ?? []), RULES);
for (const line of wrong) process.stderr.write(`${line}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
