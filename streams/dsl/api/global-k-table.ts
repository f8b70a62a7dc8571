import type { SerdePair } from '../declare/repartition.js';
import type { GlobalStoreNode } from '../graph/node.js';

/**
 * A table that each process has whole (Java: `GlobalKTable`). Streams are joined with it. It has no stream of its
 * updates.
 */
export class GlobalKTable<K, V> {
  /** @internal */
  readonly node: GlobalStoreNode;
  /** @internal The types of keys and values. */
  readonly serdes: SerdePair<K, V>;

  /** @internal */
  constructor(node: GlobalStoreNode, serdes: SerdePair<K, V>) {
    this.node = node;
    this.serdes = serdes;
  }

  /** The name of its store. */
  get queryableStoreName(): string {
    return this.node.store.name;
  }
}
