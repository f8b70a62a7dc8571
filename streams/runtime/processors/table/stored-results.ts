import type { KeyValueKind, TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { GraphNode, StoreSpec } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NodeProcessor, type Processor } from '../processor.js';
import type { Site } from '../site.js';
import type { TaskContext } from '../task-context.js';
import { placeTable, TableOutput, type TableOutputOptions, tableOutputOptions } from './table-output.js';
import { storeView } from './table-view.js';

interface ResultOptions {
  /** Where the old value of a result comes from. */
  readonly oldValues: 'ofStore' | 'ofUpdate';
  /** True: a row that was absent and still is sends nothing, if old values are known. */
  readonly skipsAbsent: boolean;
}

/** Keeps the results of these processors in the store of their node, and shows them to the nodes after it. */
export function placeResults(
  node: GraphNode & { readonly store: StoreSpec<KeyValueKind> },
  after: readonly Processor[],
  site: Site,
  options: ResultOptions,
): void {
  const { kind, keySerde, valueSerde } = node.store;
  const store = kind.open(site.bytesOf(node.store), keySerde, valueSerde);
  const output = tableOutputOptions(node, site);
  placeTable(new StoredResults(node, store, output, options, site.context), node.store, site, output, { after });
  site.showTable(storeView(store));
}

/** True if the node has a store of its own. */
export function isStored<N extends GraphNode & { readonly store: StoreSpec<KeyValueKind> | undefined }>(
  node: N,
): node is N & { readonly store: StoreSpec<KeyValueKind> } {
  return node.store !== undefined;
}

class StoredResults extends NodeProcessor<GraphNode & { readonly store: StoreSpec<KeyValueKind> }> {
  readonly #store: TimestampedKeyValueStore<unknown, unknown>;
  readonly #output: TableOutput;
  readonly #options: ResultOptions;

  constructor(
    node: GraphNode & { readonly store: StoreSpec<KeyValueKind> },
    store: TimestampedKeyValueStore<unknown, unknown>,
    output: TableOutputOptions,
    options: ResultOptions,
    context: TaskContext,
  ) {
    super(node, context);
    this.#store = store;
    this.#options = options;
    this.#output = new TableOutput(output, store, (key, newValue, oldValue, timestamp, headers) =>
      this.processorNode.forward(key, { newValue, oldValue }, timestamp, headers),
    );
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue } = value as Change<unknown>;
    const row = this.#store.stateKeyOf(key);
    const { sendsOldValues } = this.#output;
    const { oldValues, skipsAbsent } = this.#options;
    const old = oldValues === 'ofStore' && sendsOldValues ? (this.#store.getRow(row)?.value ?? null) : oldValue;
    if (skipsAbsent && sendsOldValues && newValue === null && old === null) return;
    const bytes = this.#store.putRow(row, newValue, timestamp);
    this.#output.update(row, key, newValue, old, timestamp, headers, bytes);
  }

  override get keptBytes(): number {
    return this.#output.keptBytes;
  }

  override beforeCommit(): void {
    this.#output.beforeCommit();
  }
}
