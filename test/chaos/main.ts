import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseArguments } from '../../command/arguments.js';
import type { GroupProtocol } from '../../streams/index.js';
import { kafkaAvailable } from '../broker/kafka-broker.js';
import { FAULT_KINDS, type FaultKind, isFaultKind } from './faults/faults.js';
import type { HarmedApplication } from './harmed-application.js';
import { harmedUsers } from './harmed-users.js';
import { harmedOrders } from './orders/harmed-orders.js';
import { roundReport } from './round-result.js';
import { ChaosRunner } from './runner.js';
import { ScenarioRunner } from './scenario-runner.js';
import { SCENARIOS, type ScenarioName } from './scenarios/scenarios.js';

const SEEDS = 1_000_000;
const TOPOLOGIES = {
  users: { application: harmedUsers, records: 200_000 },
  orders: { application: harmedOrders, records: 100_000 },
} as const satisfies Readonly<Record<string, { readonly application: HarmedApplication; readonly records: number }>>;

interface Options {
  readonly topology: keyof typeof TOPOLOGIES;
  readonly rounds: number;
  readonly seed?: number;
  readonly users?: number;
  readonly records?: number;
  readonly faults: number;
  readonly only?: readonly FaultKind[];
  readonly groupProtocol?: GroupProtocol;
  readonly scenario?: ScenarioName;
  readonly keep: boolean;
}

const scenarioTexts = Object.entries(SCENARIOS).map(([name, { description }]) => `  ${name}: ${description}`);

const command = new Command('npm run chaos --')
  .description('Runs an application against a real broker, harms it, and compares what came out with what is right.')
  .addOption(
    new Option('--topology <name>', 'of the rounds: the users application, or orders with every stateful operator')
      .choices(Object.keys(TOPOLOGIES))
      .default('users'),
  )
  .option('--rounds <number>', 'how many', wholeNumber, 1)
  .option('--seed <number>', 'of the first round; the next ones count on (default: any)', wholeNumber)
  .option('--records <number>', 'of the input of a round (default: 200,000 users, 100,000 of orders)', wholeNumber)
  .option('--users <number>', 'in the scenario, or records of a round', wholeNumber)
  .option('--faults <number>', 'a round', wholeNumber, 4)
  .option('--only <kinds>', `faults to choose from, of ${FAULT_KINDS.join(',')}`, kinds)
  .addOption(
    new Option('--group-protocol <name>', 'of all rounds (default: drawn for each)').choices(['classic', 'consumer']),
  )
  .addOption(
    new Option('--scenario <name>', 'instead of rounds')
      .choices(Object.keys(SCENARIOS))
      .conflicts(['topology', 'rounds', 'records', 'faults', 'only', 'groupProtocol']),
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

async function playRounds({ topology, ...options }: Options, seed: number): Promise<number> {
  const { rounds, faults } = options;
  const { application, records: usual } = TOPOLOGIES[topology];
  const records = options.records ?? options.users ?? usual;
  print(`${rounds} rounds of ${topology} from seed ${seed}, ${records} records and ${faults} faults each`);
  const runner = new ChaosRunner({ ...options, application, records, seed });
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
