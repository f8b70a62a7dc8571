import type { TableTransformValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { ValueTransformer, ValueTransformerContext } from '../../../dsl/processor/value-transformer.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import { NEVER } from '../../time/time.js';
import type { Site } from '../site.js';
import { Access } from './access.js';
import { type UserContextOptions, UserProcessingContext } from './processing-context.js';
import { StoresOfNode } from './stores-of-node.js';

class TransformerContext extends UserProcessingContext implements ValueTransformerContext {
  update: { readonly timestamp: number; readonly headers: Headers } = { timestamp: NEVER, headers: NO_HEADERS };
  isLookUp = false;

  timestamp(): number {
    return this.update.timestamp;
  }

  headers(): Headers {
    return this.update.headers;
  }

  override recordMetadata() {
    return this.isLookUp ? undefined : super.recordMetadata();
  }
}

type Made = ValueTransformer<unknown, unknown, unknown>;

/** A transformer of one task, for updates or for look-ups. */
export class Transformer {
  readonly #node: TableTransformValuesNode;
  readonly #access: Access;
  readonly #stores: StoresOfNode;
  readonly #context: TransformerContext;
  #made: Made | undefined;

  constructor(
    node: TableTransformValuesNode,
    { context, now, stores }: Site,
    schedule: UserContextOptions['schedule'],
  ) {
    this.#node = node;
    this.#access = new Access(node.name);
    this.#stores = new StoresOfNode(node, stores, this.#access);
    this.#context = new TransformerContext({
      name: node.name,
      context,
      now,
      storeOf: name => this.#stores.get(name),
      schedule: (intervalMs, type, punctuator, startTime) =>
        schedule(intervalMs, type, timestamp => this.#call(() => punctuator(timestamp)), startTime),
    });
  }

  async init(): Promise<void> {
    await this.#stores.init();
    this.#access.initialize();
    const made = this.#node.supplier(this.#context);
    this.#made = typeof made === 'function' ? { transform: made } : made;
    await this.#made.init?.(this.#context);
    this.#access.end();
  }

  /** The value of an update. */
  updated(key: unknown, value: unknown, timestamp: number, headers: Headers): unknown {
    this.#context.update = { timestamp, headers };
    return this.#transform(key, value);
  }

  /** The value of a row. Its timestamp is NEVER if there is none. */
  lookedUp(key: unknown, value: unknown, timestamp: number): unknown {
    this.#context.update = { timestamp, headers: NO_HEADERS };
    this.#context.isLookUp = true;
    try {
      return this.#transform(key, value);
    } finally {
      this.#context.isLookUp = false;
    }
  }

  stop(): void {
    this.#access.close();
  }

  close(): void {
    this.#access.close();
    this.#made?.close?.();
  }

  #transform(key: unknown, value: unknown): unknown {
    return this.#call(() => synchronous(this.#made?.transform(value ?? null, key), 'the transformer') ?? null);
  }

  #call<T>(call: () => T): T {
    this.#access.begin();
    try {
      return call();
    } finally {
      this.#access.end();
    }
  }
}
