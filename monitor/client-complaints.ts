import type { Logger } from 'tributary/kafka';

/** Which client it is does not matter to the reader of a reason. */
const CLIENT = /^(?:consumer|producer) \S+: /;
/** Follows any other, and tells less. */
const CONSEQUENCE = 'all broker connections are down';

/**
 * What the Kafka clients say of their own accord. While a cluster is away that is a flood, and the monitor says so itself: here
 * it is for debugging only, but the last complaint is kept, since it may know more than a time-out.
 */
export class ClientComplaints implements Logger {
  readonly #logger: Logger;
  #last: string | undefined;
  #logged: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Takes the last complaint; undefined if there was none since it was last taken. */
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
    // A client that can't connect says the same hundreds of times a second.
    if (message !== this.#logged) this.#logger.debug(message);
    this.#logged = message;
  }

  error(message: string): void {
    this.warn(message);
  }
}
