import { type Logger as PinoLogger, pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ConfigError } from '../streams/kafka/config-error.js';
import { rdKafkaPorts } from '../streams/kafka/rdkafka-ports.js';
import { redactionOf } from '../streams/kafka/redaction.js';
import { ClientComplaints } from './client-complaints.js';
import { type MonitorConfig, monitorConfig } from './environment.js';
import { Monitor } from './monitor.js';
import { readPageAssets } from './page-assets.js';
import { listen, type MonitorServer } from './server.js';
import { onTermination } from './termination.js';

async function main(config: MonitorConfig): Promise<number> {
  const redact = redactionOf(config.cluster);
  const logger = pino({ level: config.logLevel, hooks: { streamWrite: redact } }, pino.destination(2));
  const registry = new Registry();
  const server = await listen(config.http, { assets: await readPageAssets(), registry, logger });
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
    fetch,
    registry,
    logger,
    complaint: () => complaints.take(),
  });
  collectDefaultMetrics({ register: registry });
  logger.info(`watching application ${applicationId}; http on ${http.host} port ${server.port}`);
  server.show(monitor);
  const running = monitor.run(server);
  onTermination(process, logger, async () => {
    await server.close();
    await monitor.close();
  });
  try {
    await running;
    return 0;
  } finally {
    await monitor.close();
  }
}

try {
  process.exitCode = await main(monitorConfig(process.env));
} catch (error) {
  const known = error instanceof ConfigError;
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = known ? 2 : 1;
}
