import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Redaction } from 'tributary/kafka';

/**
 * The log of a command, on standard error: readable text on a terminal, otherwise a JSON object a line.
 *
 * A write never waits for a terminal that is gone. pino's own destination would retry a failed write forever when the
 * process ends. Node's stream gives up, and the process continues without a log.
 */
export function commandLog(process: NodeJS.Process, level: string, redact: Redaction): Logger {
  // Without a listener the error would end the process.
  process.stderr.on('error', () => {});
  const pretty = prettyFactory({ colorize: false, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' });
  const write = process.stderr.isTTY
    ? (line: string) => process.stderr.write(pretty(line))
    : (line: string) => process.stderr.write(line);
  return pino({ level, hooks: { streamWrite: redact } }, { write });
}
