import type { ByteStore } from '../../../../stores/bytes/byte-store.js';
import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { KeyValueWithHeadersKind } from '../../../../stores/kinds/key-value-with-headers.js';
import type { PlainKeyValueKind } from '../../../../stores/kinds/plain-key-value.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import { KeyValueFacade } from './key-value-facade.js';
import type { OpenStore } from './open-store.js';

/** The kinds whose rows are found by key, and need nothing else. */
export type ByKeyKind = KeyValueKind | PlainKeyValueKind | KeyValueWithHeadersKind;

/** Opens a store by key for processors. */
export function openByKey({ kind, keySerde, valueSerde }: StoreSpec<ByKeyKind>, bytes: ByteStore): OpenStore {
  return byKey(
    kind.kind === 'keyValue'
      ? kind.openRows<unknown, unknown>(bytes, keySerde, valueSerde)
      : kind.open<unknown, unknown>(bytes, keySerde, valueSerde),
  );
}

export function byKey(rows: ConstructorParameters<typeof KeyValueFacade>[0]): OpenStore {
  return { forProcessor: access => new KeyValueFacade(rows, access) };
}
