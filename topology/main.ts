import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { Logger as PinoLogger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ChangedStoreError, ConfigError, type KafkaStreams, rdKafkaPorts } from 'tributary';
import type { HttpServer } from 'tributary/http';
import { redactionOf, SYSTEM_CLOCK } from 'tributary/kafka';
import { PrometheusMetrics } from 'tributary/metrics';
import { parseArguments } from '../command/arguments.js';
import { WRONG_SETTING } from '../command/exit-codes.js';
import { tuneHeap } from '../command/garbage-collection.js';
import { commandLog } from '../command/log.js';
import { endWithParent } from '../command/parent.js';
import { usersApplication } from './application.js';
import { type UsersConfig, usersConfig } from './environment.js';
import { listen } from './http.js';
import { advertisedAddress } from './http-address.js';
import { checkStateDir } from './paths.js';
import { runProcesses } from './processes.js';
import { restoreLog } from './restore-log.js';
import { onTermination } from './termination.js';
import { createTopicsWhenReachable } from './topics.js';
import { usersTopology } from './users.js';

async function main(config: UsersConfig): Promise<number> {
  const logger = commandLog(process, config.logLevel, redactionOf(config.cluster));
  await checkStateDir(config);
  if (config.streamProcesses > 1) return await runProcesses(fileURLToPath(import.meta.url), config, logger);
  endWithParent(process);
  tuneHeap();
  const registry = new Registry();
  const http = await listen(config.http, { registry, logger });
  try {
    return await run(config, http, registry, logger);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    logger.fatal(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  } finally {
    await http.close();
  }
}

async function run(config: UsersConfig, http: HttpServer, registry: Registry, logger: PinoLogger): Promise<number> {
  const address = advertisedAddress(config.http, http.port);
  collectDefaultMetrics({ register: registry });
  const metrics = new PrometheusMetrics(registry, logger, SYSTEM_CLOCK);
  const ports = rdKafkaPorts(config.cluster, logger, { onStatistics: metrics.onStatistics });
  // The first client: a refused configuration is reported in one line, before any other output.
  const admin = ports.admin();
  const restores = restoreLog(logger, SYSTEM_CLOCK.monotonic);
  const application: KafkaStreams = usersApplication(
    config,
    {
      ports,
      logger,
      metrics: metrics.worker,
      onStateChange: state => {
        if (state === 'RUNNING') restores.allRunning();
        logger.info(`state ${state}`);
      },
      onRestore: restores.progressed,
    },
    address,
  );
  metrics.observe(application);
  http.attach({ streams: application, topology: usersTopology(config).describe() });
  const stopping = new AbortController();
  onTermination(process, logger, async () => {
    stopping.abort();
    await application.close();
  });
  logger.info(`http on ${config.http.host} port ${http.port}, for others at ${address}`);
  await createTopicsWhenReachable(admin, config.topics, { logger, clock: SYSTEM_CLOCK }, stopping.signal);
  if (stopping.signal.aborted) return 0;
  application.start();
  try {
    await application.stopped;
  } catch (error) {
    if (!(error instanceof ChangedStoreError)) throw error;
    const remedy = 'set them back, take another APPLICATION_ID, or begin again with `npm run reset`';
    throw new ConfigError(`WINDOW_SIZE, WINDOW_GRACE: ${error.change}: ${remedy}`, { cause: error });
  }
  return 0;
}

parseArguments(
  new Command('npm run topology --')
    .description('One process of the topology on your Kafka: as many as are started share the partitions')
    .addHelpText(
      'after',
      `
Environment (README.md has all): KAFKA_BROKERS (localhost:9092), APPLICATION_ID (users), STATE_DIR (./state),
WINDOW_SIZE (60s), WINDOW_GRACE (10s), STREAM_PROCESSES (1), HTTP_PORT (8081 or the next one), LOG_LEVEL (info),
KAFKA_CONFIG_<NAME> (passed to librdkafka).`,
    ),
);
try {
  process.exitCode = await main(usersConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = WRONG_SETTING;
}
