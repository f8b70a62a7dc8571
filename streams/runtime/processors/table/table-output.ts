import type { StateKey } from '../../../../stores/encoding/state-key.js';
import type { GraphNode } from '../../../dsl/graph/node.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Headers } from '../../../kafka/record.js';
import { HeldTime } from '../held-time.js';
import type { Processor } from '../processor.js';
import type { Placement, Site } from '../site.js';
import { ChangeCache } from './change-cache.js';

/** Sends an update of a table to the nodes after it. */
export type ForwardChange = (
  key: unknown,
  newValue: unknown,
  oldValue: unknown,
  timestamp: number,
  headers: Headers,
) => void;

/** The store of a table, as of the last commit. */
export interface CommittedRows {
  hasCommitted(row: StateKey): boolean;
}

export interface TableOutputOptions {
  /** True: each row once for each commit. False: each update by itself. */
  readonly cached: boolean;
  /** True if an operator after the table uses old values. */
  readonly sendsOldValues: boolean;
}

/**
 * Sends the updates of a table: each update at once, or the last update of each row at the commit (Java:
 * `TimestampedTupleForwarder` over a store with a cache).
 */
export class TableOutput {
  readonly sendsOldValues: boolean;
  readonly #store: CommittedRows;
  readonly #forward: ForwardChange;
  readonly #cache: ChangeCache | undefined;

  constructor({ cached, sendsOldValues }: TableOutputOptions, store: CommittedRows, forward: ForwardChange) {
    this.sendsOldValues = sendsOldValues;
    this.#store = store;
    this.#forward = forward;
    this.#cache = cached ? new ChangeCache() : undefined;
  }

  /** True: each row is sent once for each commit. */
  get isCached(): boolean {
    return this.#cache !== undefined;
  }

  /**
   * `row` is the state key of the row, `valueBytes` the serialized size of the new value. An old value that is not sent
   * is null.
   */
  update(
    row: StateKey,
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    headers: Headers,
    valueBytes: number,
  ): void {
    if (this.#cache === undefined) this.#forward(key, newValue, oldValue, timestamp, headers);
    else this.#cache.put(row, key, newValue, oldValue, timestamp, headers, valueBytes);
  }

  /**
   * Sends the updates held for the commit. A row that did not exist at the last commit, and does not exist now, sends no
   * tombstone (Java: `CachingKeyValueStore`).
   */
  beforeCommit(): void {
    this.#cache?.drain((row, key, newValue, oldValue, timestamp, headers) => {
      if (newValue === null && !this.#store.hasCommitted(row)) return;
      this.#forward(key, newValue, oldValue, timestamp, headers);
    });
  }

  /** Estimate of the memory of the held updates. */
  get keptBytes(): number {
    return this.#cache?.bytes ?? 0;
  }
}

export function tableOutputOptions(node: GraphNode & { readonly store: StoreSpec }, site: Site): TableOutputOptions {
  return { cached: node.store.cached && site.caching, sendsOldValues: site.sendsOldValues };
}

/** Places a table. If it holds its updates until the commit, the time after it is held too. */
export function placeTable(
  processor: Processor,
  store: StoreSpec,
  site: Site,
  { cached }: TableOutputOptions,
  placement: Placement = {},
): void {
  site.place(processor, placement);
  if (!cached) return;
  const { frontier = site.frontier } = placement;
  const held = new HeldTime(`${processor.name}-held`, `${store.name}/held`, frontier, site.context);
  site.place(held, { after: [processor], frontier: [held] });
}
