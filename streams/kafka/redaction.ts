import type { ClusterConfig } from './client-config.js';
import type { Logger } from './logger.js';

/** Removes the secrets from a text. */
export type Redaction = (text: string) => string;

const REDACTED = '[redacted]';
const SECRET_PROPERTY = /passw|passphrase|secret|pem$|key\.data|oauthbearer\.(config|assertion)|token$|jaas/;
/** Shorter secrets are removed only where they stand alone. Otherwise they would be found within words. */
const SHORT = 6;
const URL_USER = /:\/\/[^\s/@]+@/g;

/** True if the value of this librdkafka property is secret. */
export function isSecret(property: string): boolean {
  return SECRET_PROPERTY.test(property);
}

/** Removes the secret values of the cluster's `clientConfig`, and passwords in URLs, from a text. */
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

/** A logger that removes secrets. */
export function redactedLogger(logger: Logger, redact: Redaction): Logger {
  return {
    debug: message => logger.debug(redact(message)),
    info: message => logger.info(redact(message)),
    warn: message => logger.warn(redact(message)),
    error: message => logger.error(redact(message)),
  };
}

/**
 * The forms of a secret in a message: unchanged, as JSON, and each line of a text with several lines, because messages
 * split lines.
 */
function writtenForms(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter(line => line.length >= SHORT && !line.startsWith('-----'));
  return [secret, JSON.stringify(secret).slice(1, -1), ...lines];
}

function pattern(secret: string): RegExp {
  const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(secret.length < SHORT ? `(?<!\\w)${literal}(?!\\w)` : literal, 'g');
}
