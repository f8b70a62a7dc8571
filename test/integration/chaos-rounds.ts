import { type RoundResult, roundReport } from '../chaos/round-result.js';
import { ChaosRunner, type RunOptions } from '../chaos/runner.js';

/**
 * Plays rounds, two side by side: a round waits for much, for sessions, windows, brokers. So two take little longer than one. Resolves
 * with the reports of those that failed. `runners` gets what has to be closed in the end.
 */
export async function failedRounds(
  options: Omit<RunOptions, 'keep'>,
  runners: ChaosRunner[],
): Promise<readonly string[]> {
  const { rounds, seed } = options;
  const results: RoundResult[] = [];
  const half = Math.ceil(rounds / 2);
  const play = async (some: number, first: number): Promise<void> => {
    const runner = new ChaosRunner({ ...options, rounds: some, seed: first, keep: false });
    runners.push(runner);
    await runner.run(result => results.push(result));
  };
  await Promise.all([play(half, seed), play(rounds - half, seed + half)]);
  if (results.length !== rounds) return [`only ${results.length} of ${rounds} rounds were played`];
  return results.filter(({ differences }) => differences.length > 0).map(roundReport);
}
