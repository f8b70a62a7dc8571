/** A part of the processing of a record that waits for a promise. */
export interface WaitingStep<T> {
  /** Must not write and not forward: only what `resume` does is undone by an abort. */
  start(): Promise<T>;
  resume(result: T): void;
  /** Gets what `start` or `resume` has thrown. */
  fail(thrown: unknown): void;
}

interface Link {
  readonly step: WaitingStep<unknown>;
  next: Link | undefined;
}

/**
 * The waiting steps of the record in process, one after the other. The worker continues them, never the promise itself:
 * so the step of a task that was revoked, or taken back to the last commit, has no effect after that.
 */
export class WaitingSteps {
  /** A linked list: one record may leave very many steps, and what a step adds comes before all later ones. */
  #first: Link | undefined;
  #last: Link | undefined;
  #settled = Promise.resolve();
  /** The rest of the first step, when its promise has settled. */
  #rest: (() => void) | undefined;
  #onSettled: () => void = () => {};

  get any(): boolean {
    return this.#first !== undefined;
  }

  /** Resolves when the promise of the first step has settled. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /**
   * Calls `callback` when the promise of the first step has settled, at once if it has. Only the last callback is kept:
   * a worker asks at each turn, and reactions of a promise would pile up while a step waits long.
   */
  whenSettled(callback: () => void): void {
    if (this.#rest === undefined) this.#onSettled = callback;
    else callback();
  }

  /** Starts when the steps before it have ended. */
  add<T>(step: WaitingStep<T>): void {
    // `resume` gets what `start` of the same step has given.
    const link = { step: step as WaitingStep<unknown>, next: undefined };
    this.#append(link, link);
  }

  /** Appends the links from `first` to `last`. The first step of all is in progress. */
  #append(first: Link, last: Link): void {
    const end = this.#last;
    this.#last = last;
    if (end !== undefined) end.next = first;
    else {
      this.#first = first;
      this.#start(first.step);
    }
  }

  #start(step: WaitingStep<unknown>): void {
    this.#settled = begun(step)
      .then(
        result => {
          this.#rest = () => {
            try {
              step.resume(result);
            } catch (thrown) {
              step.fail(thrown);
            }
          };
        },
        thrown => {
          this.#rest = () => step.fail(thrown);
        },
      )
      .then(() => this.#onSettled());
  }

  /**
   * Ends the first step, if its promise has settled, and starts the next one. Returns false if it has not. Steps that
   * it adds come before those that wait already, because processing is depth first. Throws what `fail` throws.
   */
  advance(): boolean {
    const rest = this.#rest;
    if (rest === undefined) return false;
    this.#rest = undefined;
    const next = this.#first?.next;
    const last = this.#last;
    this.#first = undefined;
    this.#last = undefined;
    rest();
    if (next !== undefined && last !== undefined) this.#append(next, last);
    return true;
  }
}

async function begun<T>(step: WaitingStep<T>): Promise<T> {
  return await step.start();
}
