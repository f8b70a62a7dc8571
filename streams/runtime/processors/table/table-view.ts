import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { TimestampedWindowStore } from '../../../../stores/kinds/window.js';
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
