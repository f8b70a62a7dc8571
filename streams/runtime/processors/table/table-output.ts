import type { StateKey } from '../../../../stores/encoding/state-key.js';
import type { GraphNode, StoreSpec } from '../../../dsl/graph/node.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import { HeldTime } from '../held-time.js';
import type { Processor } from '../processor.js';
import type { Placement, Site } from '../site.js';
import { ChangeCache } from './change-cache.js';

/** Sends an update of a table to what follows. */
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
  /** Once for each row and commit, rather than each update by itself. */
  readonly cached: boolean;
  /** Something that follows uses old values. */
  readonly sendsOldValues: boolean;
}

/**
 * How a table sends its updates on: each at once, or at the commit the last one of each row (Java: `TimestampedTupleForwarder`
 * over a store with a cache).
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

  /** `row`: the state key of the row; `valueBytes`: of the new value when it is serialized. An old value that is not sent is null. */
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
    else this.#cache.put(row, key, newValue, oldValue, timestamp, valueBytes);
  }

  /**
   * Sends what was kept back for the commit. Such updates have no headers: they are of many records. A row that was not there at the last
   * commit, and is not now, sends no tombstone (Java: `CachingKeyValueStore`).
   */
  flush(): void {
    this.#cache?.drain((row, key, newValue, oldValue, timestamp) => {
      if (newValue === null && !this.#store.hasCommitted(row)) return;
      this.#forward(key, newValue, oldValue, timestamp, NO_HEADERS);
    });
  }

  /** Estimate of the memory of what is kept back. */
  get keptBytes(): number {
    return this.#cache?.bytes ?? 0;
  }
}

export function tableOutputOptions(node: GraphNode & { readonly store: StoreSpec }, site: Site): TableOutputOptions {
  return { cached: node.store.cached && site.caching, sendsOldValues: site.sendsOldValues };
}

/** Places a table. If it keeps its updates back until the commit, so does the time that what follows goes by. */
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
