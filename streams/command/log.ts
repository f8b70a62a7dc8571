import { type Logger, pino } from 'pino';
import type { Redaction } from '../kafka/redaction.js';

/**
 * The log of a command, on standard error.
 *
 * A write never waits for a terminal that is gone: pino's own destination tries again for ever where a write fails when the
 * process ends. Node's stream gives up, and the process goes on without a log.
 */
export function commandLog(process: NodeJS.Process, level: string, redact: Redaction): Logger {
  // Without a listener the error would end the process.
  process.stderr.on('error', () => {});
  return pino({ level, hooks: { streamWrite: redact } }, { write: line => process.stderr.write(line) });
}
