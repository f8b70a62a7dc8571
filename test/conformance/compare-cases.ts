import type { ConformanceCase } from './case-file.js';
import { runCase } from './run-case.js';

/** Runs the cases. Prints each difference, and last the sums. Returns those that failed. */
export async function compareCases(cases: readonly ConformanceCase[]): Promise<readonly ConformanceCase[]> {
  const failed: ConformanceCase[] = [];
  for (const conformanceCase of cases) {
    try {
      await runCase(conformanceCase);
    } catch (error) {
      failed.push(conformanceCase);
      const reason = error instanceof Error ? error.message : String(error);
      process.stdout.write(`${conformanceCase.name}: ${conformanceCase.about}\n${reason}\n\n`);
    }
  }
  process.stdout.write(`${cases.length - failed.length} passed, ${failed.length} failed\n`);
  return failed;
}
