/** A part of the processing of a record that waits for a promise, or for its turn. */
export interface WaitingStep<T> {
  /** Absent: nothing but the turn is awaited. */
  start?(): Promise<T>;
  resume(result: T): void;
  /** Gets what `start` or `resume` has thrown. */
  fail(thrown: unknown): void;
}

/** First in, first out. A linked list: one record may leave very many steps. */
export class StepList {
  #first: StepNode | undefined;
  #last: StepNode | undefined;

  get any(): boolean {
    return this.#first !== undefined;
  }

  get first(): StepNode | undefined {
    return this.#first;
  }

  push(node: StepNode): void {
    node.after = undefined;
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
  }

  shift(): void {
    this.#first = this.#first?.after;
    if (this.#first === undefined) this.#last = undefined;
  }

  /** Takes all nodes of `others`, and puts them before its own. */
  prepend(others: StepList): void {
    if (others.#first === undefined || others.#last === undefined) return;
    others.#last.after = this.#first;
    this.#first = others.#first;
    this.#last ??= others.#last;
    others.#first = undefined;
    others.#last = undefined;
  }
}

/**
 * A step in the tree of `WaitingSteps`. `waiting` for its turn, then `running` until its promise has settled, then
 * `settled` until it is its turn again, then `ended`.
 */
export class StepNode {
  readonly children = new StepList();
  /** The next node of its list. */
  after: StepNode | undefined;
  readonly #step: WaitingStep<unknown>;
  #state: 'waiting' | 'running' | 'settled' | 'ended' = 'waiting';
  #settled: Promise<void> | undefined;
  #finish: () => void = () => {};
  #onSettled: () => void = () => {};

  constructor(step: WaitingStep<unknown>) {
    this.#step = step;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  get settled(): Promise<void> {
    return this.#settled ?? Promise.resolve();
  }

  whenSettled(callback: () => void): void {
    if (this.isRunning) this.#onSettled = callback;
    else callback();
  }

  /** Its promise is there already. */
  begun(promise: PromiseLike<unknown>): void {
    this.#state = 'running';
    this.#settled = begun(promise)
      .then(
        result => {
          this.#finish = () => this.#resume(result);
        },
        thrown => {
          this.#finish = () => this.#step.fail(thrown);
        },
      )
      .then(() => {
        this.#state = 'settled';
        this.#onSettled();
      });
  }

  /** Starts it, or ends it after its promise has settled. */
  advance(): void {
    if (this.#state === 'settled') {
      this.#state = 'ended';
      this.#finish();
    } else if (this.#step.start === undefined) {
      this.#state = 'ended';
      this.#resume(undefined);
    } else this.begun(started(this.#step));
  }

  #resume(result: unknown): void {
    try {
      this.#step.resume(result);
    } catch (thrown) {
      this.#step.fail(thrown);
    }
  }
}

export function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

async function begun(promise: PromiseLike<unknown>): Promise<unknown> {
  return await promise;
}

/** `start` may throw at once, too. */
async function started(step: WaitingStep<unknown>): Promise<unknown> {
  return await step.start?.();
}
