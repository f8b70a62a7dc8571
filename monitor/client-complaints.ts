import type { Logger } from 'tributary/kafka';

/** The client of a message does not matter to the reader. */
const CLIENT = /^(?:consumer|producer) \S+: /;
/** This message follows any other one, and says less. */
const CONSEQUENCE = 'all broker connections are down';

/**
 * Messages that the Kafka clients log by themselves. While a cluster is away there are very many, and the monitor
 * reports the outage itself. So they are logged for debugging only. The last message is kept, because it may say more
 * than a time-out.
 */
export class ClientComplaints implements Logger {
  readonly #logger: Logger;
  #last: string | undefined;
  #logged: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes the last message. undefined if there was none since the previous call. */
  take(): string | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last;
  }

  debug(message: string): void {
    this.#logger.debug(message);
  }

  info(message: string): void {
    this.#logger.debug(message);
  }

  warn(message: string): void {
    const complaint = message.replace(CLIENT, '');
    if (this.#last === undefined || complaint !== CONSEQUENCE) this.#last = complaint;
    // A client that can't connect repeats the same message hundreds of times a second.
    if (message !== this.#logged) this.#logger.debug(message);
    this.#logged = message;
  }

  error(message: string): void {
    this.warn(message);
  }
}
