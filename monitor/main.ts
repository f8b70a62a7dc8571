import { Command } from 'commander';
import type { Logger as PinoLogger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError, rdKafkaPorts, redactionOf } from 'tributary/kafka';
import { parseArguments } from '../command/arguments.js';
import { WRONG_SETTING } from '../command/exit-codes.js';
import { commandLog } from '../command/log.js';
import { endWithParent, reportListening } from '../command/parent.js';
import { ClientComplaints } from './client-complaints.js';
import { type MonitorConfig, monitorConfig } from './environment.js';
import { Monitor } from './monitor.js';
import { readPageAssets } from './page-assets.js';
import { listen, type MonitorServer } from './server.js';
import { onTermination } from './termination.js';

async function main(config: MonitorConfig): Promise<number> {
  const logger = commandLog(process, config.logLevel, redactionOf(config.cluster));
  endWithParent(process);
  const registry = new Registry();
  const server = await listen(config.http, { assets: await readPageAssets(), registry, logger, fetch });
  try {
    return await run(config, server, registry, logger);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    logger.fatal(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  } finally {
    await server.close();
  }
}

async function run(
  config: MonitorConfig,
  server: MonitorServer,
  registry: Registry,
  logger: PinoLogger,
): Promise<number> {
  const { applicationId, topics, cluster, http } = config;
  const complaints = new ClientComplaints(logger);
  const monitor = new Monitor({
    applicationId,
    topics,
    ports: rdKafkaPorts(cluster, complaints),
    brokers: cluster.brokers,
    fetch,
    registry,
    logger,
    complaint: () => complaints.take(),
  });
  collectDefaultMetrics({ register: registry });
  onTermination(process, logger, async () => {
    await server.close();
    await monitor.close();
  });
  logger.info(`watching application ${applicationId}; http on ${http.host} port ${server.port}`);
  server.show(monitor);
  reportListening(process, server.port);
  const running = monitor.run(server);
  try {
    await running;
    return 0;
  } finally {
    await monitor.close();
  }
}

parseArguments(
  new Command('npm run monitor --')
    .description('The live page and metrics of an application on your Kafka')
    .addHelpText(
      'after',
      `
Environment (README.md has all): KAFKA_BROKERS (localhost:9092), APPLICATION_ID (users), HTTP_PORT (8080),
HTTP_HOST (127.0.0.1), LOG_LEVEL (info), KAFKA_CONFIG_<NAME> (passed to librdkafka).`,
    ),
);
try {
  process.exitCode = await main(monitorConfig(process.env));
} catch (error) {
  const known = error instanceof ConfigError;
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = known ? WRONG_SETTING : 1;
}
