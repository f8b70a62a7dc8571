import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, type KafkaStreams, type Ports, rdKafkaPorts } from 'tributary';
import { redactionOf, SYSTEM_CLOCK, startEmbeddedBroker, TopicReader } from 'tributary/kafka';
import { PrometheusMetrics } from 'tributary/metrics';
import { parseArguments } from '../command/arguments.js';
import { WRONG_SETTING } from '../command/exit-codes.js';
import { commandLog } from '../command/log.js';
import type { UsersTopics } from '../command/users-topics.js';
import { usersApplication } from './application.js';
import { type UsersConfig, usersConfig } from './environment.js';
import { listen } from './http.js';
import { advertisedAddress } from './http-address.js';
import { LiveSummary } from './live-summary.js';
import { type MonitorProcess, startMonitor } from './monitor-process.js';
import { onceProcessed } from './once.js';
import { checkUsersFile } from './paths.js';
import { runProducer, SAMPLE_USERS } from './producer-process.js';
import { onTermination } from './termination.js';
import { createTopics } from './topics.js';
import { usersTopology } from './users.js';

const SHOW_EVERY_MS = 1000;

interface StartOptions {
  readonly once: boolean;
  readonly file: string;
}

/** Everything on one machine: the embedded broker, the producer with a file of users, the topology, and the results. */
async function main(options: StartOptions, settings: UsersConfig): Promise<number> {
  const level = settings.logLevel === 'info' ? 'warn' : settings.logLevel;
  const logger = commandLog(process, level, redactionOf(settings.cluster));
  await checkUsersFile(options.file);
  const broker = await startEmbeddedBroker();
  // The broker loses everything when it stops. State that survived it would not fit the next one.
  const stateDir = await mkdtemp(path.join(tmpdir(), 'tributary-'));
  const config = { ...settings, stateDir, cluster: { brokers: broker.address, clientId: 'users', embedded: true } };
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = new PrometheusMetrics(registry, logger, SYSTEM_CLOCK);
  const ports = rdKafkaPorts(config.cluster, logger, { onStatistics: metrics.onStatistics });
  const http = options.once ? undefined : await listen({ ...config.http, port: undefined }, { registry, logger });
  const address = http === undefined ? undefined : advertisedAddress(config.http, http.port);
  const application = usersApplication(config, { ports, logger, metrics: metrics.worker }, address);
  metrics.observe(application);
  http?.attach({ streams: application, topology: usersTopology(config).describe() });
  let monitor: MonitorProcess | undefined;
  const stopping = new AbortController();
  onTermination(process, logger, async () => stopping.abort(), ['SIGTERM', 'SIGINT', 'SIGHUP']);
  // Nobody reads its output: its terminal, or the other end of a pipe, is gone.
  process.stdout.on('error', () => stopping.abort());
  try {
    const admin = ports.admin();
    await createTopics(admin, config.topics);
    await admin.close();
    application.start();
    if (!options.once) {
      monitor = await startMonitor(broker.address, config.http, logger.level);
      print(welcome(broker.address, monitor.url, config.topics));
    }
    const { produced, exitCode } = await runProducer(options.file, broker.address, stopping.signal);
    if (options.once) {
      if (stopping.signal.aborted) return 1;
      print([JSON.stringify(await onceProcessed(application, ports, config.topics, produced))]);
      return exitCode;
    }
    await showUntilStopped(application, ports, config.topics, stopping.signal);
    return 0;
  } finally {
    await monitor?.stop();
    await application.close();
    await http?.close();
    await broker.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function welcome(address: string, page: string, topics: UsersTopics): string[] {
  return [
    `Kafka on ${address}: the embedded broker, which forgets everything when it stops. Ctrl-C ends it.`,
    `The live page: ${page}`,
    'In another terminal, the table of countries and the others:',
    `  kcat -C -b ${address} -t ${topics.countryCount} -o beginning -e -q -f '%k %s\\n'`,
    `  (-t ${topics.distinctUsers}, ${topics.windowSummary}, ${topics.cleaned}, ${topics.rejected})`,
    '',
  ];
}

async function showUntilStopped(
  application: KafkaStreams,
  ports: Ports,
  topics: UsersTopics,
  signal: AbortSignal,
): Promise<void> {
  const outputs = [topics.countryCount, topics.distinctUsers, topics.windowSummary, topics.rejected];
  const reader = await TopicReader.open(ports, 'live-summary', outputs);
  const summary = new LiveSummary(topics);
  try {
    while (!signal.aborted) {
      let changed = false;
      for (const record of await reader.poll()) changed = summary.add(record) || changed;
      if (changed) print(summary.render());
      await Promise.race([delay(SHOW_EVERY_MS, undefined, { signal }).catch(() => {}), application.stopped]);
    }
  } finally {
    await reader.close();
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
}

const command = parseArguments(
  new Command('npm start --')
    .description('Kafka, the producer and the topology on this machine, with nothing but Node')
    .option('--once', 'end when everything is processed, with the result as one line of JSON', false)
    .option('--file <file>', 'users to produce: JSON, an array or one object a line', SAMPLE_USERS),
);
try {
  process.exitCode = await main(command.opts<StartOptions>(), usersConfig(process.env));
} catch (error) {
  const known = error instanceof ConfigError;
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = known ? WRONG_SETTING : 1;
}
