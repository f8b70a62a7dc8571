import type { AsyncCall, AsyncResult } from '../../processor/async-call.js';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../../processor/processor.js';
import type { ProcessorRecord } from '../../processor/processor-record.js';
import type { NodeBase } from './node-base.js';

/** A processor of the Processor API (Java: `KStream.process`, `KStream.processValues`). */
export interface ProcessNode extends NodeBase {
  readonly kind: 'process';
  /** The stores that it uses. `StreamsBuilder.build` finds them. */
  readonly storeNames: readonly string[];
  /** True: it gets records whose keys can't be changed, and a context for them. */
  readonly keepsKey: boolean;
  readonly supplier:
    | ProcessorSupplier<unknown, unknown, unknown, unknown>
    | FixedKeyProcessorSupplier<unknown, unknown, unknown>;
}

/** Calls a function that may give a promise. The calls of several records are in flight at a time. */
export interface AsyncNode extends NodeBase {
  readonly kind: 'async';
  readonly order: 'partition' | 'key';
  /** The most records of a task without a result, and the most calls in flight. */
  readonly maxConcurrent: number;
  /** Of one call. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** The pause before a retry. They count from 1. */
  pauseMs(retry: number): number;
  call(record: ProcessorRecord<unknown, unknown>, call: AsyncCall): unknown;
  /** The records to forward, of what the call has given. */
  resultsOf(record: ProcessorRecord<unknown, unknown>, given: unknown): readonly AsyncResult<unknown, unknown>[];
}

/** A processor that is not an operator of the DSL. No method of the DSL adds it. */
export interface PlacedNode extends NodeBase {
  readonly kind: 'placed';
  /**
   * True if its steps may wait. Then the repartition topics that its task reads have no blocks: a commit would wait for
   * the steps of a whole block.
   */
  readonly mayWait: boolean;
  /** Makes the processor of one task, and places it on the site of the node. */
  place(site: object): void;
}
