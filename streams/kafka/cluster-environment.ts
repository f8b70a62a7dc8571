import { z } from 'zod';
import { type ClusterConfig, FETCHERS } from './client-config.js';
import { ConfigError } from './config-error.js';
import { redactionOf, withoutUsers } from './redaction.js';
import { whyReserved } from './reserved-properties.js';

const DEFAULT_BROKERS = 'localhost:9092';
const CLIENT_CONFIG_PREFIX = 'KAFKA_CONFIG_';

const broker = /^(?:\[[0-9a-f:.]+\]|[^\s,:[\]]+):(\d{1,5})$/i;

function isBroker(text: string): boolean {
  const port = Number(broker.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}

const brokers = z.string().refine(text => text.split(',').every(part => isBroker(part.trim())));

/**
 * The cluster of the environment variables: `KAFKA_BROKERS` (`host:port,...`, default `localhost:9092`),
 * `KAFKA_FETCHER` (who fetches the records of consumers), and for each `KAFKA_CONFIG_<NAME>` the librdkafka property of that name, in lower case with dots for underscores
 * (`KAFKA_CONFIG_SECURITY_PROTOCOL=ssl` is `security.protocol=ssl`), unless the runtime sets it itself. An empty
 * variable counts as not set.
 *
 * @throws ConfigError that names the variable
 */
export function clusterFromEnvironment(env: Readonly<NodeJS.ProcessEnv>, clientId: string): ClusterConfig {
  const parsed = brokers.safeParse(env.KAFKA_BROKERS || DEFAULT_BROKERS);
  if (!parsed.success) {
    const given = withoutUsers(env.KAFKA_BROKERS ?? '');
    throw new ConfigError(`KAFKA_BROKERS must be host:port,host:port,... but is ${JSON.stringify(given)}`);
  }
  const fetcher = FETCHERS.find(name => name === env.KAFKA_FETCHER);
  if (env.KAFKA_FETCHER && fetcher === undefined) {
    throw new ConfigError(
      `KAFKA_FETCHER must be ${FETCHERS.join(' or ')}, but is ${JSON.stringify(env.KAFKA_FETCHER)}`,
    );
  }
  const clientConfig: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(CLIENT_CONFIG_PREFIX) || !value) continue;
    const property = propertyOf(name);
    if (property === undefined) throw new ConfigError(`${name} names no property of librdkafka`);
    const reserved = whyReserved(property, value);
    if (reserved !== undefined) throw new ConfigError(`${name}: ${reserved}`);
    clientConfig[property] = value;
  }
  return {
    brokers: parsed.data
      .split(',')
      .map(part => part.trim())
      .join(','),
    clientId,
    clientConfig,
    ...(fetcher === undefined ? {} : { fetcher }),
  };
}

function propertyOf(variable: string): string | undefined {
  const name = variable.slice(CLIENT_CONFIG_PREFIX.length);
  return /^[A-Z0-9]+(_[A-Z0-9]+)*$/.test(name) ? name.toLowerCase().replaceAll('_', '.') : undefined;
}

/**
 * The error for the user when a client refuses its configuration. It names the `KAFKA_CONFIG_<NAME>` variable of the
 * property in librdkafka's message. If there is none, it is that message. It has no secrets.
 */
export function configErrorOf(refusal: unknown, cluster: ClusterConfig): ConfigError {
  if (refusal instanceof ConfigError) return refusal;
  const said = refusal instanceof Error ? refusal.message : String(refusal);
  const message = redactionOf(cluster)(said);
  const properties = Object.keys(cluster.clientConfig ?? {}).filter(property => message.includes(property));
  // Of `ssl.ca` and `ssl.ca.location`, the longer one is meant.
  const property = properties.sort((a, b) => b.length - a.length)[0];
  return new ConfigError(
    property === undefined ? message : `${environmentVariableOf(property)}: ${message}`,
    message === said ? { cause: refusal } : {},
  );
}

function environmentVariableOf(property: string): string {
  return CLIENT_CONFIG_PREFIX + property.toUpperCase().replaceAll('.', '_');
}
