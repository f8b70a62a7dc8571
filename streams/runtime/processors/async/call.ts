import { setTimeout as delay } from 'node:timers/promises';
import type { AsyncNode } from '../../../dsl/graph/node.js';
import type { RecordMetadata } from '../../../dsl/processor/processor.js';
import { ProcessorRecord } from '../../../dsl/processor/processor-record.js';
import type { NodeInput } from '../../errors.js';
import type { CallsInFlight } from './calls-in-flight.js';
import type { OpenRecord } from './open-record.js';

type Outcome = { readonly given: unknown } | { readonly thrown: unknown };

/** The calls of the function for one input: the first one, and the retries. */
export class Call {
  readonly input: NodeInput;
  /** The time of the origin when the input came. */
  readonly time: number;
  /** By which its calls are ordered. undefined: it has no order. */
  readonly orderedBy: unknown;
  /** undefined: the results are forwarded at once. */
  open: OpenRecord | undefined;
  readonly #node: AsyncNode;
  readonly #all: CallsInFlight;
  readonly #metadata: RecordMetadata | undefined;
  readonly #onSettled: (call: Call) => void;
  /** What the last attempt got. Each gets a new one, since it may change the headers. */
  #record: ProcessorRecord<unknown, unknown>;
  #controller = new AbortController();
  /** By the monotonic clock. Infinite in a pause. */
  #deadline = Number.POSITIVE_INFINITY;
  #expire: () => void = () => {};
  #isDropped = false;
  #outcome: Outcome | undefined;

  constructor(
    node: AsyncNode,
    all: CallsInFlight,
    metadata: RecordMetadata | undefined,
    input: NodeInput,
    time: number,
    orderedBy: unknown,
    onSettled: (call: Call) => void,
  ) {
    this.#node = node;
    this.#all = all;
    this.#metadata = metadata;
    this.input = input;
    this.time = time;
    this.orderedBy = orderedBy;
    this.#onSettled = onSettled;
    this.#record = this.#newRecord();
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** The results. Throws what the last call has thrown. It must be settled. */
  results(): ReturnType<AsyncNode['resultsOf']> {
    const outcome = this.#outcome;
    if (outcome === undefined) throw new Error('the call has not settled');
    if ('thrown' in outcome) throw outcome.thrown;
    return this.#node.resultsOf(this.#record, outcome.given);
  }

  /** It settles at once if the function gives no promise. */
  start(): void {
    let given: unknown;
    try {
      given = this.#attempt(1);
    } catch (thrown) {
      if (this.#node.retries === 0) {
        this.#settle({ thrown });
        return;
      }
      given = Promise.reject(thrown);
    }
    if (typeof (given as Partial<PromiseLike<unknown>> | null | undefined)?.then !== 'function') {
      this.#settle({ given });
      return;
    }
    this.#attempts(given as PromiseLike<unknown>).then(
      result => this.#settle({ given: result }),
      thrown => this.#settle({ thrown }),
    );
  }

  /** Fails the attempt if its time has passed. */
  expireAt(now: number): void {
    if (now >= this.#deadline) this.#expire();
  }

  /** Nothing waits for it any more. */
  drop(): void {
    this.#isDropped = true;
    this.#controller.abort(new Error('the task has ended'));
  }

  async #attempts(first: PromiseLike<unknown>): Promise<unknown> {
    let attempted = first;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#inTime(attempted);
      } catch (thrown) {
        if (this.#isDropped || attempt > this.#node.retries) throw thrown;
      }
      this.#deadline = Number.POSITIVE_INFINITY;
      this.#controller = new AbortController();
      await delay(this.#node.pauseMs(attempt), undefined, { signal: this.#controller.signal });
      // In an async function, so that what it throws at once is a rejection.
      attempted = (async () => await this.#attempt(attempt + 1))();
    }
  }

  #attempt(attempt: number): unknown {
    const { timestamp, headers } = this.input;
    this.#record = this.#newRecord();
    this.#controller = new AbortController();
    this.#deadline = this.#all.now + this.#node.timeoutMs;
    const { signal } = this.#controller;
    return this.#node.call(this.#record, { signal, attempt, timestamp, headers, metadata: this.#metadata });
  }

  async #inTime(attempted: PromiseLike<unknown>): Promise<unknown> {
    const controller = this.#controller;
    return await new Promise((resolve, reject) => {
      this.#expire = () => {
        const error = new Error(`no result within ${this.#node.timeoutMs} ms`);
        reject(error);
        controller.abort(error);
      };
      attempted.then(resolve, reject);
    });
  }

  #settle(outcome: Outcome): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#outcome = outcome;
    if (!this.#isDropped) this.#onSettled(this);
  }

  #newRecord(): ProcessorRecord<unknown, unknown> {
    const { key, value, timestamp, headers } = this.input;
    return new ProcessorRecord(key, value, timestamp, [...headers]);
  }
}
