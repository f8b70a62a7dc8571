import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { TimestampedWindowStore } from '../../../../stores/kinds/window.js';
import type { TableFilterNode, TableMapValuesNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Windowed } from '../../../dsl/windows/windows.js';
import type { TableView } from '../site.js';

export function storeView(store: TimestampedKeyValueStore<unknown, unknown>): TableView {
  return { get: key => store.get(key) };
}

/** The keys are windowed, as those of the table are. */
export function windowStoreView(store: TimestampedWindowStore<unknown, unknown>): TableView {
  return {
    get(key) {
      const { key: inner, window } = key as Windowed<unknown>;
      return store.expired(window.start) ? null : store.fetch(inner, window.start);
    },
  };
}

export function filteredView(view: TableView, node: TableFilterNode): TableView {
  return {
    get(key) {
      const row = view.get(key);
      if (row === null) return null;
      return synchronous(node.predicate(key, row.value), 'the predicate') !== node.negated ? row : null;
    },
  };
}

export function mappedView(view: TableView, node: TableMapValuesNode): TableView {
  return {
    get(key) {
      const row = view.get(key);
      if (row === null) return null;
      const value = synchronous(node.mapper(row.value, key), 'the mapper') ?? null;
      return value === null ? null : { value, timestamp: row.timestamp };
    },
  };
}
