import { InvalidStateStoreError } from '../../invalid-state-store-error.js';

/**
 * Whether a processor may use its stores and forward. What it did at another time would belong to no record, so it could
 * take effect twice, or not at all.
 *
 * `idle` to `inProcess` when it is called, back when it has returned, or its promise has settled; any to `closed`.
 */
export class Access {
  readonly #node: string;
  #state: 'idle' | 'inProcess' | 'closed' = 'idle';

  /** @param node the name of the processor, for messages */
  constructor(node: string) {
    this.#node = node;
  }

  get isInProcess(): boolean {
    return this.#state === 'inProcess';
  }

  begin(): void {
    if (this.#state === 'idle') this.#state = 'inProcess';
  }

  end(): void {
    if (this.#state === 'inProcess') this.#state = 'idle';
  }

  close(): void {
    this.#state = 'closed';
  }

  /** Throws an InvalidStateStoreError. `what` begins its message. */
  check(what: string): void {
    if (this.isInProcess) return;
    const why =
      this.#state === 'closed'
        ? 'the task was closed'
        : 'nothing is in process there: await everything that a processor starts';
    throw new InvalidStateStoreError('CLOSED', `${what} by ${this.#node}: ${why}`);
  }
}
