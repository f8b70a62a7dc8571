import { pino } from 'pino';
import { ConfigError, rdKafkaPorts } from '../streams/index.js';
import { usersApplication } from './application.js';
import { type UsersConfig, usersConfig } from './environment.js';
import { onTermination } from './termination.js';
import { createTopicsWhenReachable } from './topics.js';

async function main(config: UsersConfig): Promise<number> {
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const ports = rdKafkaPorts(config.cluster, logger);
  const stopping = new AbortController();
  const application = usersApplication(config, {
    ports,
    logger,
    onStateChange: state => logger.info(`state ${state}`),
    onRestore: ({ taskId, store, records, remaining }) => {
      if (remaining === 0) logger.info(`task ${taskId}: ${store} restored, ${records} changelog records replayed`);
    },
  });
  onTermination(process, logger, async () => {
    stopping.abort();
    await application.close();
  });
  try {
    await createTopicsWhenReachable(ports.admin(), logger, stopping.signal);
    if (stopping.signal.aborted) return 0;
    application.start();
    await application.stopped;
    return 0;
  } catch (error) {
    logger.fatal(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

try {
  process.exitCode = await main(usersConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
