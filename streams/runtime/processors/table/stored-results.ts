import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { GraphNode } from '../../../dsl/graph/node.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import type { Processor } from '../processor.js';
import type { Site } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { StoredTableProcessor } from './stored-table.js';
import { placeTable, type TableOutputOptions, tableOutputOptions } from './table-output.js';
import { openRows, rowsView, type TableRows } from './table-rows.js';

type StoredByKey = GraphNode & { readonly store: StoreSpec<KeyValueKind> };

interface ResultOptions {
  /** Where the old value of a result comes from. */
  readonly oldValues: 'ofStore' | 'ofUpdate';
  /** True: a row that was absent and still is sends nothing, if old values are known. */
  readonly skipsAbsent: boolean;
}

/** Keeps the results of these processors in the store of their node, and shows them to the nodes after it. */
export function placeResults(node: StoredByKey, after: readonly Processor[], site: Site, options: ResultOptions): void {
  const store = openRows(node.store, site);
  const output = tableOutputOptions(node, site);
  placeTable(new StoredResults(node, store, output, options, site.context), node.store, site, output, { after });
  site.showTable(rowsView(store));
}

/** True if the node has a store of its own. */
export function isStored<N extends GraphNode & { readonly store: StoreSpec<KeyValueKind> | undefined }>(
  node: N,
): node is N & { readonly store: StoreSpec<KeyValueKind> } {
  return node.store !== undefined;
}

class StoredResults extends StoredTableProcessor<StoredByKey> {
  readonly #options: ResultOptions;

  constructor(
    node: StoredByKey,
    store: TableRows,
    output: TableOutputOptions,
    options: ResultOptions,
    context: TaskContext,
  ) {
    super(node, store, output, context);
    this.#options = options;
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const row = this.store.stateKeyOf(key);
    const { sendsOldValues } = this.output;
    const { oldValues, skipsAbsent } = this.#options;
    const old = oldValues === 'ofStore' && sendsOldValues ? (this.store.getRow(row)?.value ?? null) : oldValue;
    if (skipsAbsent && sendsOldValues && newValue === null && old === null) return;
    this.update(row, key, newValue, old, timestamp, headers);
  }
}
