import type { Draft, KnownStore } from '../draft.js';
import { type KeyShape, serdes, type ValueShape } from '../shapes.js';

interface WantedStore {
  /** It may be one of another processor, with this probability. */
  readonly shared?: number;
  /** It is not listed: an LRU store does as well. */
  readonly onlyGets?: boolean;
  /** No other processor may have it. */
  readonly kept?: boolean;
}

/** A store of a processor: a new one, or one of another processor. Returns its name. */
export function processorStore(draft: Draft, key: KeyShape, value: ValueShape, wanted: WantedStore = {}): string {
  const { random } = draft;
  const { shared = 0.2, onlyGets = false, kept = false } = wanted;
  const old = draft.stores.filter(
    store =>
      store.of === 'processor' && store.key === key && store.value === value && (onlyGets || store.kind !== 'lru'),
  );
  if (!kept && old.length > 0 && random.chance(shared)) return random.pick(old).name;
  const name = draft.name('s');
  const kind: NonNullable<KnownStore['kind']> = onlyGets && random.chance(0.15) ? 'lru' : 'keyValue';
  const max = kind === 'lru' ? random.pick([1, 2, 3]) : undefined;
  draft.declareWithoutId('store', { store: name, kind, ...serdes(key, value), max });
  if (!kept) draft.addStore({ name, key, value, of: 'processor', kind });
  return name;
}
