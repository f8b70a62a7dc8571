import type { ProcessNode } from '../../../dsl/graph/node.js';
import { FixedKeyRecord, ProcessorRecord } from '../../../dsl/processor/processor-record.js';
import type { Cancellable, PunctuationType, Punctuator } from '../../../dsl/processor/punctuation.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, Site } from '../site.js';
import { isPromise, StepNode, type WaitingStep } from '../step-node.js';
import { Access } from './access.js';
import { UserProcessorContext } from './processor-context.js';
import { StoresOfNode } from './stores-of-node.js';

export const compileProcess: Compile<ProcessNode> = (node, site) => {
  site.place(new UserProcessor(node, site));
};

/** A promise is awaited, all else does not matter. */
type Outcome = unknown;
type AnyRecord = ProcessorRecord<unknown, unknown> | FixedKeyRecord<unknown, unknown>;

/** What a supplier has made, for records of either kind. */
interface Made {
  init?(context: UserProcessorContext): Outcome;
  process(record: AnyRecord): Outcome;
  close?(): void;
}

/** The processing of one record. It is used again if no step had to wait. */
class ProcessCall implements WaitingStep<void> {
  readonly place = new StepNode(this);
  readonly run: () => Outcome;
  readonly fail: (thrown: unknown) => void;
  record: AnyRecord;

  constructor(
    record: AnyRecord,
    run: (call: ProcessCall) => Outcome,
    fail: (thrown: unknown, input: AnyRecord) => void,
  ) {
    this.record = record;
    this.run = () => run(this);
    this.fail = thrown => fail(thrown, this.record);
  }

  async start(): Promise<void> {
    await this.run();
  }

  resume(): void {}
}

/** Runs a processor of the Processor API. */
class UserProcessor extends NodeProcessor<ProcessNode> {
  readonly #access: Access;
  readonly #stores: StoresOfNode;
  readonly #userContext: UserProcessorContext;
  #made: Made = { process: () => this.#beforeInit() };
  #freeCall: ProcessCall | undefined;

  constructor(node: ProcessNode, { context, now, stores }: Site) {
    super(node, context);
    this.#access = new Access(node.name);
    this.#stores = new StoresOfNode(node, stores, this.#access);
    this.#userContext = new UserProcessorContext({
      name: node.name,
      context,
      processorNode: this.processorNode,
      access: this.#access,
      now,
      storeOf: name => this.#stores.get(name),
      schedule: (intervalMs, type, punctuator, startTime) => this.#schedule(intervalMs, type, punctuator, startTime),
    });
    context.punctuations.useTime();
  }

  override async init(): Promise<void> {
    await this.#stores.init();
    this.#access.initialize();
    // Both kinds of suppliers get this context. What they do with it is checked by their types.
    const supplier = this.node.supplier as (context: UserProcessorContext) => Made | Made['process'];
    const made = supplier(this.#userContext);
    this.#made = typeof made === 'function' ? { process: made } : made;
    await this.#made.init?.(this.#userContext);
    this.#access.end();
  }

  #beforeInit(): never {
    throw new Error(`${this.name}: a record before init`);
  }

  process(key: unknown, value: unknown, timestamp: number, all: Headers): void {
    const record = this.node.keepsKey
      ? new FixedKeyRecord(key, value, timestamp, [...all])
      : new ProcessorRecord(key, value, timestamp, all === NO_HEADERS ? [] : all, true);
    const call = this.#freeCall ?? this.#newCall(record);
    call.record = record;
    this.#freeCall = undefined;
    if (this.context.steps.call(call.place, call.run)) this.#freeCall = call;
  }

  #newCall(record: AnyRecord): ProcessCall {
    return new ProcessCall(
      record,
      call => this.#run(call.place, call.record, () => this.#made.process(call.record)),
      (thrown, input) => this.failed(thrown, input),
    );
  }

  #schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator, startTime?: number): Cancellable {
    const punctuate = (timestamp: number, place: StepNode): Outcome =>
      this.#run(place, undefined, () => punctuator(timestamp));
    return this.schedule(intervalMs, type, punctuate, startTime);
  }

  #run(place: StepNode, received: AnyRecord | undefined, call: () => Outcome): Outcome {
    this.#access.begin();
    this.#userContext.place = place;
    this.#userContext.received = this.node.keepsKey ? undefined : received;
    let result: Outcome;
    try {
      result = call();
    } catch (thrown) {
      this.#ended();
      throw thrown;
    }
    if (isPromise(result)) return this.#end(result);
    this.#ended();
    return undefined;
  }

  async #end(result: PromiseLike<unknown>): Promise<void> {
    try {
      await result;
    } finally {
      this.#ended();
    }
  }

  /** Throws what `forward` has thrown, whatever the processor has made of it. */
  #ended(): void {
    this.#access.end();
    this.#userContext.rethrow();
  }

  override stop(): void {
    this.#access.close();
  }

  override close(): void {
    this.#access.close();
    const made = this.#made;
    this.#made = { process: () => this.#beforeInit() };
    made.close?.();
  }
}
