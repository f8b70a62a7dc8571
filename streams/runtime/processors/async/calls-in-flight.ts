import type { Clock } from '../../../kafka/ports.js';

/** How long the wait for a call lasts at most, before time-outs are checked again. */
const CHECK_MS = 20;

/** The calls of one operator, from the input of their record until their results are forwarded. */
export interface CallsOfNode {
  /** True if no call is in flight. */
  readonly isEmpty: boolean;
  /** False if as many records have no result as may be. */
  readonly hasRoom: boolean;
  /** Ends calls whose time has passed at `now` of the monotonic clock, and starts those whose turn it is. */
  update(now: number): void;
  /** Forwards the next results, as a part of their record. Returns false if there are none at the moment. */
  deliver(): boolean;
}

/**
 * The calls of the asynchronous operators of a task. A call that settles has no effect by itself: its results are
 * forwarded in a turn of the worker. So those of a task that was revoked, or taken back to the last commit, have none.
 */
export class CallsInFlight {
  readonly #clock: Clock;
  readonly #nodes: CallsOfNode[] = [];
  #onSettled: () => void = () => {};
  /** True if a call has settled since the last turn. */
  #hasSettled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(calls: CallsOfNode): void {
    this.#nodes.push(calls);
  }

  /** The monotonic clock of time-outs. */
  get now(): number {
    return this.#clock.monotonic();
  }

  get any(): boolean {
    return this.#nodes.some(({ isEmpty }) => !isEmpty);
  }

  /** Asked for each record. */
  get hasRoom(): boolean {
    for (let index = 0; index < this.#nodes.length; index++) if (!this.#nodes[index]?.hasRoom) return false;
    return true;
  }

  /** Forwards the results of one call. Returns false if there are none at the moment. */
  deliver(): boolean {
    if (this.#nodes.length === 0) return false;
    this.#hasSettled = false;
    const { now } = this;
    for (const calls of this.#nodes) calls.update(now);
    return this.#nodes.some(calls => calls.deliver());
  }

  /** A call has settled. */
  settled(): void {
    this.#hasSettled = true;
    this.#onSettled();
  }

  /** Calls `callback` when a call has settled, at once if one has since `deliver`. Only the last callback is kept. */
  whenSettled(callback: () => void): void {
    this.#onSettled = callback;
    if (this.#hasSettled) callback();
  }

  /** Resolves when `deliver` may have something to do. */
  async changed(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, CHECK_MS);
      this.whenSettled(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
