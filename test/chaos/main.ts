import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseArguments } from '../../command/arguments.js';
import type { GroupProtocol } from '../../streams/index.js';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import { FAULT_KINDS, type FaultKind, isFaultKind } from './faults/faults.js';
import { roundReport } from './round-result.js';
import { ChaosRunner } from './runner.js';
import { ScenarioRunner } from './scenario-runner.js';
import { SCENARIOS, type ScenarioName } from './scenarios/scenarios.js';

const SEEDS = 1_000_000;
const USERS_OF_ROUND = 200_000;

interface Options {
  readonly rounds: number;
  readonly seed?: number;
  readonly users?: number;
  readonly faults: number;
  readonly only?: readonly FaultKind[];
  readonly groupProtocol?: GroupProtocol;
  readonly scenario?: ScenarioName;
  readonly keep: boolean;
}

const scenarioTexts = Object.entries(SCENARIOS).map(([name, { description }]) => `  ${name}: ${description}`);

const command = new Command('npm run chaos --')
  .description(
    'Runs the users application against a real broker, harms it, and compares what came out with what is right.',
  )
  .option('--rounds <number>', 'how many', wholeNumber, 1)
  .option('--seed <number>', 'of the first round; the next ones count on (default: any)', wholeNumber)
  .option('--users <number>', `a round (default: ${USERS_OF_ROUND}), or in the scenario`, wholeNumber)
  .option('--faults <number>', 'a round', wholeNumber, 4)
  .option('--only <kinds>', `faults to choose from, of ${FAULT_KINDS.join(',')}`, kinds)
  .addOption(
    new Option('--group-protocol <name>', 'of all rounds (default: drawn for each)').choices(['classic', 'consumer']),
  )
  .addOption(
    new Option('--scenario <name>', 'instead of rounds')
      .choices(Object.keys(SCENARIOS))
      .conflicts(['rounds', 'faults', 'only', 'groupProtocol']),
  )
  .option('--keep', 'keep logs and state where all is right, too', false)
  .addHelpText('after', `\nScenarios:\n${scenarioTexts.join('\n')}`);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parseArguments(command).opts<Options>();
  const available = kafkaAvailable();
  if (!available.available) {
    print(`no broker can be started here: ${available.reason}`);
    return 2;
  }
  const seed = options.seed ?? randomInt(SEEDS);
  return options.scenario === undefined
    ? await playRounds(options, seed)
    : await playScenario(options.scenario, options, seed);
}

async function playRounds({ users = USERS_OF_ROUND, ...options }: Options, seed: number): Promise<number> {
  const { rounds, faults } = options;
  print(`${rounds} rounds from seed ${seed}, ${users} users and ${faults} faults each`);
  const runner = new ChaosRunner({ ...options, users, seed });
  let failed = 0;
  await unlessSignalled(runner, () =>
    runner.run(result => {
      if (result.differences.length > 0) failed++;
      print(roundReport(result));
    }),
  );
  print(failed === 0 ? `all ${rounds} rounds are right` : `${failed} of ${rounds} rounds FAILED`);
  return failed === 0 ? 0 : 1;
}

async function playScenario(name: ScenarioName, { users, keep }: Options, seed: number): Promise<number> {
  print(`scenario ${name}, seed ${seed}: ${SCENARIOS[name].description}`);
  const runner = new ScenarioRunner(SCENARIOS[name], { seed, users, keep }, print);
  let failures: readonly string[] = [];
  await unlessSignalled(runner, async () => {
    failures = await runner.run();
  });
  for (const failure of failures) print(`  wrong: ${failure}`);
  print(`scenario ${name}, seed ${seed}: ${failures.length === 0 ? 'all is right' : 'FAILED'}`);
  return failures.length === 0 ? 0 : 1;
}

async function unlessSignalled(runner: { close(): Promise<void> }, run: () => Promise<void>): Promise<void> {
  let closing: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // npm hands on the signal of Ctrl-C, which the terminal has already given to the whole group.
    process.on(signal, () => {
      // It can't go on without what it runs on, and may not notice.
      closing ??= runner.close().finally(() => process.exit(1));
    });
  }
  try {
    await run();
  } catch (error) {
    if (closing === undefined) throw error;
    await closing;
  }
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
