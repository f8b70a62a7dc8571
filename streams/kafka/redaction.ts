import type { ClusterConfig } from './client-config.js';
import type { Logger } from './logger.js';

/** Takes the secrets out of a text. */
export type Redaction = (text: string) => string;

const REDACTED = '[redacted]';
const SECRET_PROPERTY = /passw|passphrase|secret|pem$|key\.data|oauthbearer\.(config|assertion)|token$|jaas/;
/** Shorter ones are only taken out where they stand alone: else they would be found in the midst of words. */
const SHORT = 6;
const URL_USER = /:\/\/[^\s/@]+@/g;

/** Whether the value of this librdkafka property may not be shown to anybody. */
export function isSecret(property: string): boolean {
  return SECRET_PROPERTY.test(property);
}

/** Takes out of a text what the secret properties of the cluster's `clientConfig` hold, and passwords in URLs. */
export function redactionOf({ clientConfig = {} }: Pick<ClusterConfig, 'clientConfig'>): Redaction {
  const values = Object.entries(clientConfig).flatMap(([property, value]) => (isSecret(property) ? [value] : []));
  const written = new Set(values.flatMap(writtenForms).filter(form => form.trim() !== ''));
  // A secret may be the beginning of another one.
  const patterns = [...written].sort((a, b) => b.length - a.length).map(pattern);
  return text =>
    patterns
      .reduce((redacted, secret) => redacted.replace(secret, REDACTED), text)
      .replace(URL_USER, `://${REDACTED}@`);
}

/** A list of addresses without users and passwords: `user:password@host:9092` becomes `[redacted]@host:9092`. */
export function withoutUsers(addresses: string): string {
  return addresses.replace(/[^,]*@/g, `${REDACTED}@`);
}

/** A logger that tells nothing secret. */
export function redactedLogger(logger: Logger, redact: Redaction): Logger {
  return {
    debug: message => logger.debug(redact(message)),
    info: message => logger.info(redact(message)),
    warn: message => logger.warn(redact(message)),
    error: message => logger.error(redact(message)),
  };
}

/** As it is, as JSON writes it, and the lines of a text of several: messages break them apart. */
function writtenForms(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter(line => line.length >= SHORT && !line.startsWith('-----'));
  return [secret, JSON.stringify(secret).slice(1, -1), ...lines];
}

function pattern(secret: string): RegExp {
  const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(secret.length < SHORT ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g');
}
