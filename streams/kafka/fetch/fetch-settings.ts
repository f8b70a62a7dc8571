import { readFileSync } from 'node:fs';
import { type ConnectionOptions, rootCertificates } from 'node:tls';
import type { LibrdkafkaConfig } from '../client-config.js';
import type { FetchSettings } from './broker-connections.js';
import type { BrokerAddress } from './metadata-request.js';
import { type SaslSettings, saslMechanism } from './sasl.js';

/** Why the fetcher can't be used: the settings need a client of librdkafka. */
export class FetcherUnsuitableError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'FetcherUnsuitableError';
  }
}

const DEFAULT_PORT = 9092;
/** Properties of librdkafka that concern connections and fetches, and that the fetcher follows. */
const FOLLOWED: ReadonlySet<string> = new Set([
  'security.protocol',
  'ssl.ca.location',
  'ssl.ca.pem',
  'ssl.certificate.location',
  'ssl.certificate.pem',
  'ssl.key.location',
  'ssl.key.pem',
  'ssl.key.password',
  'enable.ssl.certificate.verification',
  'ssl.endpoint.identification.algorithm',
  'sasl.mechanism',
  'sasl.mechanisms',
  'sasl.username',
  'sasl.password',
  'socket.keepalive.enable',
  'socket.nagle.disable',
  'socket.timeout.ms',
  'socket.connection.setup.timeout.ms',
  'fetch.wait.max.ms',
  'fetch.min.bytes',
]);
/** Other properties of these families change how a broker is reached, or from which one records are read. */
const CONNECTION_FAMILIES =
  /^(ssl\.|sasl\.|enable\.sasl|https\.|socket\.|broker\.|client\.rack|client\.dns|resolve_cb)/;
/** Where Linux distributions keep the certificates that librdkafka trusts, too. */
const SYSTEM_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The settings of the fetcher from those of a client of librdkafka.
 *
 * @throws FetcherUnsuitableError with the property that the fetcher can't follow
 */
export function fetchSettings(config: LibrdkafkaConfig): FetchSettings {
  for (const property of Object.keys(config)) {
    if (CONNECTION_FAMILIES.test(property) && !FOLLOWED.has(property)) {
      throw new FetcherUnsuitableError(`it does not know ${property}`);
    }
  }
  const protocol = text(config, 'security.protocol', 'plaintext').toLowerCase();
  if (!/^(sasl_)?(plaintext|ssl)$/.test(protocol)) {
    throw new FetcherUnsuitableError(`it does not know security.protocol=${protocol}`);
  }
  return {
    bootstrap: text(config, 'metadata.broker.list', '').split(',').map(addressOf),
    connection: {
      clientId: text(config, 'client.id', ''),
      tls: protocol.endsWith('ssl') ? tlsOptions(config) : undefined,
      connectTimeoutMs: number(config, 'socket.connection.setup.timeout.ms', 10_000),
      requestTimeoutMs: number(config, 'socket.timeout.ms', 30_000),
    },
    sasl: protocol.startsWith('sasl') ? saslSettings(config) : undefined,
    maxWaitMs: number(config, 'fetch.wait.max.ms', 100),
    minBytes: number(config, 'fetch.min.bytes', 1),
    backoffMs: number(config, 'reconnect.backoff.ms', 50),
    maxBackoffMs: number(config, 'reconnect.backoff.max.ms', 2000),
  };
}

function addressOf(broker: string): BrokerAddress {
  const [, host = '', port] = /^\s*\[?([^\]/]+?)\]?(?::(\d+))?\s*$/.exec(broker) ?? [];
  if (host === '') throw new FetcherUnsuitableError(`it does not know the address ${broker}`);
  return { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
}

function tlsOptions(config: LibrdkafkaConfig): ConnectionOptions {
  const ca = pem(config, 'ssl.ca') ?? [...rootCertificates, ...systemCertificates()];
  const cert = pem(config, 'ssl.certificate');
  const key = pem(config, 'ssl.key');
  const passphrase = config['ssl.key.password'];
  const verifies = text(config, 'enable.ssl.certificate.verification', 'true') !== 'false';
  const checksHost = text(config, 'ssl.endpoint.identification.algorithm', 'https') !== 'none';
  return {
    ca,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase: String(passphrase) }),
    rejectUnauthorized: verifies,
    ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** The certificates or the key of `<name>.pem`, or of the file `<name>.location`. */
function pem(config: LibrdkafkaConfig, name: string): string | undefined {
  const given = config[`${name}.pem`];
  const file = config[`${name}.location`];
  const content = given === undefined ? (file === undefined ? undefined : read(String(file))) : String(given);
  if (content !== undefined && !content.includes('-----BEGIN')) {
    throw new FetcherUnsuitableError(`${name}.${given === undefined ? 'location' : 'pem'} is no PEM`);
  }
  return content;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw new FetcherUnsuitableError(error instanceof Error ? error.message : String(error));
  }
}

function systemCertificates(): readonly string[] {
  for (const file of SYSTEM_CERTIFICATES) {
    try {
      return [readFileSync(file, 'latin1')];
    } catch {
      // The next one.
    }
  }
  return [];
}

function saslSettings(config: LibrdkafkaConfig): SaslSettings {
  const name = text(config, 'sasl.mechanism', text(config, 'sasl.mechanisms', 'GSSAPI'));
  const mechanism = saslMechanism(name);
  if (mechanism === undefined) throw new FetcherUnsuitableError(`it does not know sasl.mechanism=${name}`);
  return { mechanism, username: text(config, 'sasl.username', ''), password: text(config, 'sasl.password', '') };
}

function text(config: LibrdkafkaConfig, property: string, otherwise: string): string {
  const value = config[property];
  return value === undefined ? otherwise : String(value);
}

function number(config: LibrdkafkaConfig, property: string, otherwise: number): number {
  const value = Number(config[property] ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}
