import { InvalidStateStoreError } from '../../invalid-state-store-error.js';

/**
 * Whether a processor may use its stores and forward. What it did at another time would belong to no record, so it could
 * take effect twice, or not at all.
 *
 * `idle` to `initializing` in its `init`, where it may use its stores, and back. `idle` to `inProcess` when it is called,
 * and back when it has returned, or its promise has settled. Any to `closed`.
 */
export class Access {
  readonly #node: string;
  #state: 'idle' | 'initializing' | 'inProcess' | 'closed' = 'idle';

  /** @param node the name of the processor, for messages */
  constructor(node: string) {
    this.#node = node;
  }

  /** True if it may use its stores. */
  get isOpen(): boolean {
    return this.#state === 'inProcess' || this.#state === 'initializing';
  }

  initialize(): void {
    if (this.#state === 'idle') this.#state = 'initializing';
  }

  begin(): void {
    if (this.#state === 'idle') this.#state = 'inProcess';
  }

  end(): void {
    if (this.isOpen) this.#state = 'idle';
  }

  close(): void {
    this.#state = 'closed';
  }

  /** Throws an InvalidStateStoreError. `what` begins its message. */
  check(what: string): void {
    if (this.isOpen) return;
    throw this.#error(what);
  }

  /** Throws an InvalidStateStoreError also in `init`: no node after it may be ready. */
  checkForward(): void {
    if (this.#state === 'inProcess') return;
    throw this.#state === 'initializing'
      ? new InvalidStateStoreError('CLOSED', `forward by ${this.#node} in its init: there is no record to forward`)
      : this.#error('forward');
  }

  #error(what: string): InvalidStateStoreError {
    const why =
      this.#state === 'closed'
        ? 'the task was closed'
        : 'nothing is in process there: await everything that a processor starts';
    return new InvalidStateStoreError('CLOSED', `${what} by ${this.#node}: ${why}`);
  }
}
