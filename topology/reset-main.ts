import { Command } from 'commander';
import { ConfigError, planReset, type ResetPlan, rdKafkaPorts, resetApplication } from 'tributary';
import { redactionOf } from 'tributary/kafka';
import { parseArguments } from '../command/arguments.js';
import { WRONG_SETTING } from '../command/exit-codes.js';
import { commandLog } from '../command/log.js';
import { usersOptions } from './application.js';
import { usersConfig } from './environment.js';
import { usersTopology } from './users.js';

const { yes } = parseArguments(
  new Command('npm run reset --')
    .description('Lets the application process its input from the beginning, as if it were new.')
    .option('--yes', 'do it; without it, only what would be done is shown', false)
    .addHelpText(
      'after',
      '\nEnvironment: as of the topology: KAFKA_BROKERS, APPLICATION_ID, STATE_DIR, KAFKA_CONFIG_<NAME>, ...',
    ),
).opts<{ yes: boolean }>();

async function main(): Promise<void> {
  const config = usersConfig(process.env);
  const logger = commandLog(process, 'error', redactionOf(config.cluster));
  const ports = rdKafkaPorts(config.cluster, logger);
  const plan = await planReset(usersTopology(config), usersOptions(config), ports);
  process.stdout.write(
    linesOf(plan)
      .map(line => `${line}\n`)
      .join(''),
  );
  if (yes) await resetApplication(plan, ports);
  process.stdout.write(yes ? 'Done.\n' : 'Nothing was changed: --yes does it.\n');
}

function linesOf({
  applicationId,
  offsets,
  missingTopics,
  internalTopics,
  stateDirectory,
}: ResetPlan): readonly string[] {
  return [
    `Reset of application ${applicationId}: it will process its input from the beginning.`,
    ...offsets.map(
      ({ topic, partition, offset, oldest }) =>
        `committed offset of ${topic}-${partition}: ${offset < 0 ? 'none' : offset} becomes ${oldest}`,
    ),
    ...missingTopics.map(topic => `topic ${topic} does not exist: it has no offsets`),
    ...internalTopics.map(topic => `internal topic ${topic}: deleted`),
    stateDirectory === undefined
      ? 'state directory: none on this machine'
      : `state directory ${stateDirectory}: deleted`,
    'Output topics stay as they are: results are written to them again.',
  ];
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigError ? WRONG_SETTING : 1;
}
