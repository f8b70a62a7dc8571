import { Command, CommanderError } from 'commander';
import {
  type ClusterConfig,
  ConfigError,
  clusterFromEnvironment,
  milliseconds,
  topicsFromEnvironment,
} from 'tributary/kafka';
import { z } from 'zod';
import { oneLine } from '../command/arguments.js';
import { POSITIVE_DURATION } from '../command/duration.js';
import { LOG_LEVEL, type LogLevel, parsedVariables } from '../command/environment.js';
import { DEFAULT_TOPICS } from '../command/users-topics.js';

export type UsersInput =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'generate'; readonly count: number; readonly seed: number };

export interface ProduceCommand {
  readonly kind: 'produce';
  readonly input: UsersInput;
  readonly topic: string;
  /** Records a second. */
  readonly rate: number | undefined;
  readonly timestampsOverMs: number | undefined;
  readonly connectTimeoutMs: number;
  /**
   * What happens to lines that can't be read. undefined: the first one ends the import. null: they go to standard
   * error. Otherwise a file.
   */
  readonly badLines: string | null | undefined;
  readonly cluster: ClusterConfig;
}

/** The options of the command line. */
export type ProducerCommand =
  | { readonly kind: 'help'; readonly text: string }
  | ({ readonly logLevel: LogLevel } & (
      | ProduceCommand
      | { readonly kind: 'write'; readonly path: string; readonly count: number; readonly seed: number }
    ));

const positive = z.coerce.number().positive().finite();
const duration = POSITIVE_DURATION.transform(value => milliseconds(value, 'a duration'));
const options = z.object({
  topic: z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'must be a name of letters, digits, ".", "_" and "-"'),
  rate: positive.optional(),
  generate: positive.int().optional(),
  seed: z.coerce.number().int().min(0).max(0xffffffff),
  out: z.string().min(1).optional(),
  timestampsOver: duration.optional(),
  connectTimeout: duration,
  skipBad: z.boolean().optional(),
  badFile: z.string().min(1).optional(),
});
const environment = z.object({ LOG_LEVEL });

/**
 * Reads the command line (without the program's name) and the environment.
 *
 * @throws ConfigError that names what is wrong
 */
export function producerCommand(argv: readonly string[], env: Readonly<NodeJS.ProcessEnv>): ProducerCommand {
  const parsed = parse(argv, topicsFromEnvironment(env, { user: DEFAULT_TOPICS.user }).user);
  if (parsed.kind === 'help') return parsed;
  const { LOG_LEVEL: logLevel } = parsedVariables(environment, env);
  const { topic, rate, generate, seed, out, timestampsOver, connectTimeout, skipBad, badFile } = parsed.options;
  const { file } = parsed;
  if (generate === undefined && file === undefined) throw new ConfigError('FILE or --generate is missing (see --help)');
  if (generate !== undefined && file !== undefined) throw new ConfigError('FILE and --generate exclude each other');
  if (badFile !== undefined && !skipBad) throw new ConfigError('--bad-file needs --skip-bad');
  if (skipBad && generate !== undefined) throw new ConfigError('--skip-bad needs a FILE');
  if (out !== undefined) {
    if (generate === undefined) throw new ConfigError('--out needs --generate');
    return { kind: 'write', path: out, count: generate, seed, logLevel };
  }
  const input: UsersInput =
    generate !== undefined
      ? { kind: 'generate', count: generate, seed }
      : file === undefined || file === '-'
        ? { kind: 'stdin' }
        : { kind: 'file', path: file };
  if (timestampsOver !== undefined && input.kind === 'stdin') {
    throw new ConfigError('--timestamps-over needs a FILE or --generate: the size of standard input is not known');
  }
  return {
    kind: 'produce',
    input,
    topic,
    rate,
    timestampsOverMs: timestampsOver,
    connectTimeoutMs: connectTimeout,
    badLines: skipBad ? (badFile ?? null) : undefined,
    cluster: clusterFromEnvironment(env, 'users-producer'),
    logLevel,
  };
}

type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'options'; readonly file: string | undefined; readonly options: z.infer<typeof options> };

function parse(argv: readonly string[], topic: string): Parsed {
  let text = '';
  const command = new Command('npm run producer --')
    .description('Sends the users of a JSON file of any size to a Kafka topic.')
    .argument('[FILE]', 'JSON array, or one object a line; plain or gzip; "-" for standard input')
    .option('--topic <name>', 'topic to send to', topic)
    .option('--rate <n>', 'at most n records a second')
    .option('--generate <n>', 'n generated sample users instead of FILE')
    .option('--seed <s>', 'seed of the generated users', '1')
    .option('--out <path>', 'write the generated users to this file, not to Kafka')
    .option('--timestamps-over <duration>', 'spread the timestamps over the last duration (10m) up to now')
    .option('--skip-bad', 'FILE has one object a line: skip lines that are no JSON, and show them on standard error')
    .option('--bad-file <path>', 'write the lines that --skip-bad skips to this file instead')
    .option('--connect-timeout <duration>', 'how long to wait for the cluster', '60s')
    .addHelpText(
      'after',
      '\nEnvironment: KAFKA_BROKERS (localhost:9092), KAFKA_CONFIG_<NAME> (passed to librdkafka), TOPIC_USER (user),\n' +
        'LOG_LEVEL (info).\n' +
        'The last line on standard output is a summary. Exit code 0: all is delivered (with --skip-bad: all but the lines skipped); 1: not all; 2: a wrong setting.',
    )
    .exitOverride()
    .configureOutput({ writeOut: written => (text += written), writeErr: () => undefined });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text };
    throw new ConfigError(oneLine(error.message), { cause: error });
  }
  return {
    kind: 'options',
    file: command.args[0],
    options: validated(
      options,
      command.opts(),
      name => `--${name.replace(/[A-Z]/g, upper => `-${upper.toLowerCase()}`)}`,
    ),
  };
}

function validated<T extends z.ZodType>(schema: T, values: unknown, settingOf: (name: string) => string): z.infer<T> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ConfigError(`${settingOf(String(issue?.path[0]))}: ${issue?.message}`, { cause: result.error });
}
