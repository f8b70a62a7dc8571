import type { Logger } from '../../streams/kafka/logger.js';

/** Keeps what is logged above debug: level and message. */
export class RecordingLogger implements Logger {
  readonly lines: [string, string][] = [];

  debug(): void {}

  info(message: string): void {
    this.lines.push(['info', message]);
  }

  warn(message: string): void {
    this.lines.push(['warn', message]);
  }

  error(message: string): void {
    this.lines.push(['error', message]);
  }
}
