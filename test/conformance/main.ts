import { readFileSync, statSync } from 'node:fs';
import type { ConformanceCase } from './case-file.js';
import { loadCases } from './load-cases.js';
import { runCase } from './run-case.js';

/** Runs the cases of these files and folders. Prints each difference, and last the sums. */
async function main(paths: readonly string[]): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const conformanceCase of paths.flatMap(casesOf)) {
    try {
      await runCase(conformanceCase);
      passed++;
    } catch (error) {
      failed++;
      const reason = error instanceof Error ? error.message : String(error);
      process.stdout.write(`${conformanceCase.name}: ${conformanceCase.about}\n${reason}\n\n`);
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function casesOf(path: string): readonly ConformanceCase[] {
  return statSync(path).isDirectory() ? loadCases(path) : [JSON.parse(readFileSync(path, 'utf8')) as ConformanceCase];
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  process.stderr.write('npm run oracle -- FILE...: files or folders of conformance cases\n');
  process.exitCode = 2;
} else process.exitCode = await main(paths);
