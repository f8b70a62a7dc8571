import { isPromise, StepNode, type WaitingStep } from './step-node.js';

/**
 * The waiting steps of the record in process, as a tree: a step is a child of the step that has added it. Processing is
 * depth first, so the first leaf is next. The worker continues the steps, never the promise itself: so the step of a
 * task that was revoked, or taken back to the last commit, has no effect after that.
 */
export class WaitingSteps {
  readonly #root = new StepNode({ resume() {}, fail() {} });
  /** Who adds steps at the moment. */
  #actor = this.#root;

  get any(): boolean {
    return this.#root.children.any;
  }

  /** True if what is next to do has to wait for steps that come before it. */
  get mustQueue(): boolean {
    return this.#actor.children.any;
  }

  /** Resolves when the promise of the next step has settled. */
  get settled(): Promise<void> {
    return this.#next()?.node.settled ?? Promise.resolve();
  }

  /**
   * Calls `callback` when the promise of the next step has settled, at once if it has. Only the last callback is kept: a
   * worker asks at each turn, and reactions of a promise would pile up while a step waits long.
   */
  whenSettled(callback: () => void): void {
    const next = this.#next()?.node;
    if (next === undefined) callback();
    else next.whenSettled(callback);
  }

  /** The step starts when the steps before it have ended. */
  add<T>(step: WaitingStep<T>): void {
    // `resume` gets what `start` of the same step has given.
    this.#actor.children.push(new StepNode(step as WaitingStep<unknown>));
  }

  /**
   * Calls `call` at once, if nothing comes before it; otherwise that is a step. If the call gives a promise, the rest of
   * it is a step. `node` is the place of what it adds, also later: see `enter`. Returns true if `node` is free again.
   */
  call(node: StepNode, call: () => unknown): boolean {
    const actor = this.#actor;
    if (actor.children.any) {
      actor.children.push(node);
      return false;
    }
    this.#actor = node;
    let result: unknown;
    try {
      result = call();
    } catch (thrown) {
      actor.children.prepend(node.children);
      throw thrown;
    } finally {
      this.#actor = actor;
    }
    if (!isPromise(result)) {
      actor.children.prepend(node.children);
      return true;
    }
    node.begun(result);
    actor.children.push(node);
    return false;
  }

  /** From now on `node` adds the steps. Returns what to give to `leave`. */
  enter(node: StepNode): StepNode {
    const before = this.#actor;
    this.#actor = node;
    return before;
  }

  leave(before: StepNode): void {
    this.#actor = before;
  }

  /**
   * Ends the steps whose promises have settled and whose turn it is, and starts the next one. Returns false if there is
   * nothing of it to do. Throws what `fail` throws.
   */
  advance(): boolean {
    let hasAdvanced = false;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { node, parent } = next;
      if (node.isRunning) return hasAdvanced;
      hasAdvanced = true;
      const before = this.enter(node);
      try {
        node.advance();
      } finally {
        this.leave(before);
        if (node.hasEnded) {
          parent.children.shift();
          parent.children.prepend(node.children);
        }
      }
    }
    return hasAdvanced;
  }

  /** The first leaf. undefined if there is no step. */
  #next(): { readonly node: StepNode; readonly parent: StepNode } | undefined {
    let parent = this.#root;
    let node = parent.children.first;
    if (node === undefined) return undefined;
    for (let child = node.children.first; child !== undefined; child = node.children.first) {
      parent = node;
      node = child;
    }
    return { node, parent };
  }
}
