import type { AsyncCall } from '../../../streams/index.js';

/** One call of a remote service, which a test answers. */
export interface RemoteCall {
  readonly value: unknown;
  readonly call: AsyncCall;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A remote service that answers when a test says so. */
export class Remote {
  /** All calls, in the order in which they came. */
  readonly calls: RemoteCall[] = [];
  readonly #open = new Set<RemoteCall>();

  get inFlight(): unknown[] {
    return [...this.#open].map(({ value }) => value);
  }

  readonly ask = (value: unknown, _key: unknown, call: AsyncCall): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const asked: RemoteCall = {
        value,
        call,
        answer: result => {
          this.#open.delete(asked);
          resolve(result);
        },
        fail: error => {
          this.#open.delete(asked);
          reject(error);
        },
      };
      this.calls.push(asked);
      this.#open.add(asked);
    });

  /** The oldest open call for the value. */
  of(value: unknown): RemoteCall {
    const found = [...this.#open].find(call => call.value === value);
    if (found === undefined) throw new Error(`no call is open for ${String(value)}`);
    return found;
  }

  answer(value: unknown, result: unknown = `${String(value)}!`): void {
    this.of(value).answer(result);
  }

  /** Answers everything until `done` has settled. */
  async answering<T>(done: Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      for (const { value } of this.#open) this.answer(value);
    }, 1);
    try {
      return await done;
    } finally {
      clearInterval(timer);
    }
  }
}
