import type { FilledBy } from '../../dsl/graph/node.js';
import { synchronous } from '../../dsl/options/synchronous.js';
import type { GlobalProcessorContext } from '../../dsl/processor/global-processor.js';
import type { RecordMetadata } from '../../dsl/processor/processor.js';
import { ProcessorRecord } from '../../dsl/processor/processor-record.js';
import type { StateStore } from '../../dsl/processor/state-stores.js';
import type { StoreBuilder } from '../../dsl/processor/store-builder.js';
import type { ConsumerRecord } from '../../kafka/record.js';
import { StreamsError } from '../errors.js';
import { Access } from '../processors/user/access.js';
import type { OpenStore } from '../processors/user/open-store.js';
import { StoreAccess } from '../processors/user/store-access.js';
import type { GlobalProcessor } from './global-processor.js';

export interface SuppliedProcessorOptions {
  /** The name of the processor. */
  readonly name: string;
  /** The name of the store that it fills. */
  readonly store: string;
  readonly opened: OpenStore;
  readonly now: () => number;
}

class SuppliedContext implements GlobalProcessorContext {
  record: ConsumerRecord | undefined;
  readonly #options: SuppliedProcessorOptions;
  readonly #access: Access;

  constructor(options: SuppliedProcessorOptions, access: Access) {
    this.#options = options;
    this.#access = access;
  }

  currentSystemTimeMs(): number {
    return this.#options.now();
  }

  recordMetadata(): RecordMetadata | undefined {
    if (this.record === undefined) return undefined;
    const { topic, partition, offset } = this.record;
    return { topic, partition, offset };
  }

  getStateStore<S extends StateStore>(given: StoreBuilder<S> | string): S {
    const { name, store, opened } = this.#options;
    const asked = typeof given === 'string' ? given : given.name;
    if (asked !== store) throw new StreamsError(`${name} uses the store ${asked}: it can use ${store} only`);
    // The type of a store that is found by its name is what the caller says.
    return opened.forProcessor(new StoreAccess(store, this.#access, false)) as S;
  }
}

/** Fills a global store by a processor of the Processor API. */
export class SuppliedProcessor implements GlobalProcessor {
  readonly #access: Access;
  readonly #context: SuppliedContext;
  readonly #made: {
    process(record: ProcessorRecord<unknown, unknown>): void;
    close?(): void;
  };

  constructor(supplier: FilledBy['supplier'], options: SuppliedProcessorOptions) {
    this.#access = new Access(options.name);
    this.#context = new SuppliedContext(options, this.#access);
    this.#access.initialize();
    const made = supplier(this.#context);
    if (typeof made === 'function') this.#made = { process: made };
    else {
      this.#made = made;
      synchronous(made.init?.(this.#context), `init of ${options.name}`);
    }
    this.#access.end();
  }

  process(key: unknown, value: unknown, record: ConsumerRecord): boolean {
    this.#context.record = record;
    this.#access.begin();
    try {
      const input = new ProcessorRecord(key, value, record.timestamp, record.headers);
      synchronous(this.#made.process(input), 'the processor of a global store');
      return true;
    } finally {
      this.#access.end();
      this.#context.record = undefined;
    }
  }

  close(): void {
    this.#access.close();
    this.#made.close?.();
  }
}
