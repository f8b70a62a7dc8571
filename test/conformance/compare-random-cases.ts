import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answered } from './answer-cases.js';
import type { ConformanceCase } from './case-file.js';
import { textOfCase } from './case-text.js';
import { compareCases } from './compare-cases.js';
import { answersOfJava } from './java-oracle.js';
import { PROFILES, type Profile } from './random/profiles.js';
import { randomCase } from './random/random-case.js';

export interface RandomCases {
  readonly count: number;
  /** The seed of the first case. The next one has the next seed. */
  readonly seed: number;
  /** undefined: the profiles in turns. */
  readonly profile: Profile | undefined;
}

/**
 * Asks Java about random cases, and compares. Keeps the files of those that differ, and prints their folder. Returns
 * false if any does.
 */
export async function compareRandomCases({ count, seed, profile }: RandomCases): Promise<boolean> {
  const profiles = profile === undefined ? PROFILES : [profile];
  process.stdout.write(`${count} random cases from seed ${seed} of ${profiles.join(', ')}\n\n`);
  const cases = Array.from({ length: count }, (_, n) => {
    // The remainder is less than the length.
    return randomCase(seed + n, profiles[n % profiles.length] as Profile);
  });
  const answers = await answersOfJava(cases);
  const failed = await compareCases(answers.map((answer, n) => answered(cases[n] as ConformanceCase, answer)));
  if (failed.length === 0) return true;
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-random-cases-'));
  for (const conformanceCase of failed) {
    writeFileSync(path.join(folder, `${conformanceCase.name}.json`), textOfCase(conformanceCase));
  }
  process.stdout.write(`those that failed are in ${folder}\n`);
  return false;
}
