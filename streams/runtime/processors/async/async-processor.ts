import type { AsyncNode } from '../../../dsl/graph/node.js';
import { type Headers, keptHeaders } from '../../../kafka/record.js';
import { isTimestamp, MAX_TIMESTAMP } from '../../time/event-time.js';
import { type Delay, delayOf, END_OF_TIME, type TimeOrigin } from '../../time/time.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, Site } from '../site.js';
import { Call } from './call.js';
import type { CallsOfNode } from './calls-in-flight.js';

export const compileAsync: Compile<AsyncNode> = (node, site) => {
  const processor = new AsyncProcessor(node, site);
  site.place(processor, { frontier: [processor] });
};

/**
 * Calls a function for each record, and lets the task go on with the next one. The time after it is that of the oldest
 * record without a result: otherwise a window would close before a result that belongs to it.
 */
class AsyncProcessor extends NodeProcessor<AsyncNode> implements CallsOfNode, TimeOrigin {
  readonly upstreamTasks: number;
  readonly delay: Delay;
  readonly #origins: readonly TimeOrigin[];
  /** All whose record has not ended, in the order of the records. */
  readonly #calls = new Set<Call>();
  /** Calls that may start, in this order. */
  readonly #toStart: Call[] = [];
  /** Calls that have started and not settled. */
  readonly #running = new Set<Call>();
  /** Ordered by key: for each key with a call, the calls that come after it. */
  readonly #laterOfKey = new Map<unknown, Call[]>();
  /** Ordered by key: calls that have settled, in this order. */
  readonly #settled: Call[] = [];
  /** The call whose results were forwarded last. Its record may not have ended. */
  #delivered: Call | undefined;

  constructor(node: AsyncNode, { context, frontier }: Site) {
    super(node, context);
    this.#origins = frontier;
    this.upstreamTasks = Math.max(...frontier.map(origin => origin.upstreamTasks));
    this.delay = node.order === 'key' ? 'reordered' : (delayOf(frontier) ?? 'inOrder');
    context.calls.add(this);
  }

  get time(): number {
    for (const oldest of this.#calls) return oldest.time;
    return this.#originTime;
  }

  get #originTime(): number {
    let time = END_OF_TIME;
    for (const origin of this.#origins) if (origin.time < time) time = origin.time;
    return time;
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  get hasRoom(): boolean {
    return this.#calls.size < this.node.maxConcurrent;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { context, node } = this;
    const input = { key, value, timestamp, headers: keptHeaders(headers) };
    const orderedBy = node.order === 'key' ? identityOf(key) : undefined;
    const onSettled = (settled: Call): void => this.#onSettled(settled);
    const call = new Call(node, context.calls, context.recordMetadata, input, this.#originTime, orderedBy, onSettled);
    this.#calls.add(call);
    this.#enqueue(call);
    this.#start();
    if (call.isSettled && this.#next() === call) this.#forwardAtOnce(call);
    else call.open = context.leaveOpen();
  }

  /** A call waits for the call of its key that came before it. */
  #enqueue(call: Call): void {
    const { orderedBy } = call;
    if (orderedBy === undefined) {
      this.#toStart.push(call);
      return;
    }
    const later = this.#laterOfKey.get(orderedBy);
    if (later !== undefined) {
      later.push(call);
      return;
    }
    this.#laterOfKey.set(orderedBy, []);
    this.#toStart.push(call);
  }

  #start(): void {
    while (this.#running.size < this.node.maxConcurrent) {
      const call = this.#toStart.shift();
      if (call === undefined) return;
      this.#running.add(call);
      call.start();
    }
  }

  #onSettled(call: Call): void {
    this.#running.delete(call);
    if (this.node.order === 'key') this.#settled.push(call);
    this.context.calls.settled();
  }

  /** The call whose results are next. undefined if it has not settled. */
  #next(): Call | undefined {
    if (this.node.order === 'key') return this.#settled[0];
    for (const oldest of this.#calls) return oldest.isSettled ? oldest : undefined;
    return undefined;
  }

  update(now: number): void {
    this.#endDelivered();
    for (const call of this.#running) call.expireAt(now);
    this.#start();
  }

  deliver(): boolean {
    const call = this.#next();
    if (call?.open === undefined) return false;
    this.#settled.shift();
    // It keeps the time until its record has ended.
    this.#delivered = call;
    this.context.resume(call.open);
    this.#forward(call);
    return true;
  }

  #forwardAtOnce(call: Call): void {
    this.#settled.shift();
    this.#forward(call);
    this.#end(call);
  }

  #forward(call: Call): void {
    const { timestamp, headers } = call.input;
    let results: ReturnType<AsyncNode['resultsOf']>;
    try {
      results = call.results();
      for (const result of results) this.#checkTime(result.timestamp);
    } catch (thrown) {
      this.failed(thrown, call.input);
      return;
    }
    for (const result of results) {
      const { key, value } = result;
      this.processorNode.forward(key, value, result.timestamp ?? timestamp, result.headers ?? headers);
    }
  }

  #checkTime(timestamp: number | undefined): void {
    if (timestamp === undefined || (timestamp >= 0 && isTimestamp(timestamp, MAX_TIMESTAMP))) return;
    throw new RangeError(`a result has the timestamp ${timestamp}: that is no time`);
  }

  /** The record of the results that were forwarded last has ended. */
  #endDelivered(): void {
    const delivered = this.#delivered;
    this.#delivered = undefined;
    if (delivered !== undefined) this.#end(delivered);
  }

  #end(call: Call): void {
    this.#calls.delete(call);
    if (call.orderedBy === undefined) return;
    const next = this.#laterOfKey.get(call.orderedBy)?.shift();
    if (next === undefined) this.#laterOfKey.delete(call.orderedBy);
    else this.#toStart.push(next);
  }

  override close(): void {
    for (const call of this.#calls) call.drop();
  }
}

/**
 * The same for the same key. Keys that have it in common by chance only wait for each other. undefined for a null key,
 * which has no order.
 */
function identityOf(key: unknown): unknown {
  if (key === null || key === undefined) return undefined;
  if (Buffer.isBuffer(key)) return key.toString('latin1');
  return typeof key === 'object' ? JSON.stringify(key) : key;
}
