import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import { FAULT_KINDS, type FaultKind, isFaultKind } from './faults/faults.js';
import { roundReport } from './round-result.js';
import { ChaosRunner, type RunOptions } from './runner.js';

const SEEDS = 1_000_000;

const command = new Command('chaos')
  .description(
    'Runs the users application against a real broker, harms it, and compares what came out with what is right.',
  )
  .option('--rounds <number>', 'how many', wholeNumber, 1)
  .option('--seed <number>', 'of the first round; the next ones count on (default: any)', wholeNumber)
  .option('--users <number>', 'a round', wholeNumber, 200_000)
  .option('--faults <number>', 'a round', wholeNumber, 4)
  .option('--only <kinds>', `faults to choose from, of ${FAULT_KINDS.join(',')}`, kinds)
  .option('--keep', 'keep logs and state of rounds that are right, too', false);

process.exitCode = await main();

async function main(): Promise<number> {
  const given = command.parse().opts<Omit<RunOptions, 'seed'> & { readonly seed?: number }>();
  const available = kafkaAvailable();
  if (!available.available) {
    print(`no broker can be started here: ${available.reason}`);
    return 2;
  }
  const options: RunOptions = { ...given, seed: given.seed ?? randomInt(SEEDS) };
  print(`${options.rounds} rounds from seed ${options.seed}, ${options.users} users and ${options.faults} faults each`);
  const runner = new ChaosRunner(options);
  let closing: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // The round can't go on without what it runs on, and may not notice.
      closing = runner.close().finally(() => process.exit(1));
    });
  }
  let failed = 0;
  try {
    await runner.run(result => {
      if (result.differences.length > 0) failed++;
      print(roundReport(result));
    });
  } catch (error) {
    if (closing === undefined) throw error;
    await closing;
  }
  print(failed === 0 ? `all ${options.rounds} rounds are right` : `${failed} of ${options.rounds} rounds FAILED`);
  return failed === 0 ? 0 : 1;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function kinds(text: string): readonly FaultKind[] {
  return text.split(',').map(name => {
    if (!isFaultKind(name)) throw new InvalidArgumentError(`${name} is none of ${FAULT_KINDS.join(', ')}.`);
    return name;
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
