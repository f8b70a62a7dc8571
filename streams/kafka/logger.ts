/** The log of the library, one line a call. pino's loggers have this interface. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
