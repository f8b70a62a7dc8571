import type { ByteStore } from '../../../stores/bytes/byte-store.js';
import type { KeyValueEntry } from '../../../stores/kinds/key-value-rows.js';
import { KeyValueWithHeadersKind } from '../../../stores/kinds/key-value-with-headers.js';
import type { ProcessorKeyValueKind } from '../../../stores/kinds/kinds.js';
import { LruKind } from '../../../stores/kinds/lru.js';
import { PlainKeyValueKind } from '../../../stores/kinds/plain-key-value.js';
import { textCodec } from '../codecs.js';
import { byKey, type Entry, type Subject } from './subject.js';

/** More than the contract has keys. */
const MAX_ENTRIES = 1000;

interface RowStore<R> {
  get(key: string): R | null;
  put(key: string, row: R | null): void;
  all(): AsyncIterable<KeyValueEntry<string, R>>;
}

export function plainKeyValue(): Subject {
  const kind = new PlainKeyValueKind();
  return ofRows(
    kind,
    bytes => kind.open(bytes, textCodec, textCodec),
    ({ value }) => value,
  );
}

export function keyValueWithHeaders(): Subject {
  const kind = new KeyValueWithHeadersKind();
  return ofRows(
    kind,
    bytes => kind.open(bytes, textCodec, textCodec),
    ({ value, time }) => ({
      value,
      timestamp: time,
      headers:
        time % 2 === 0
          ? []
          : [
              { key: 'ä', value: null },
              { key: '', value: Buffer.from([0, 255]) },
            ],
    }),
  );
}

/** It never has so many entries that it drops one. */
export function lru(): Subject {
  const kind = new LruKind(MAX_ENTRIES);
  const open = async (bytes: ByteStore) => {
    const store = kind.open(bytes, textCodec, textCodec);
    await store.init();
    return store;
  };
  return ofRows(kind, open, ({ value }) => value);
}

function ofRows<R>(
  kind: ProcessorKeyValueKind,
  open: (bytes: ByteStore) => RowStore<R> | Promise<RowStore<R>>,
  rowOf: (entry: Entry) => R,
): Subject {
  return {
    kind,
    deletes: true,
    expires: false,
    async open(bytes) {
      const store = await open(bytes);
      return {
        put: entry => store.put(entry.key, rowOf(entry)),
        delete: ({ key }) => store.put(key, null),
        get: ({ key }) => store.get(key),
        async all() {
          const cells = [];
          for await (const [key, content] of store.all()) cells.push({ key, time: 0, content });
          return cells;
        },
        expireBelow() {},
      };
    },
    cellOf: ({ key }) => ({ key, time: 0 }),
    written: (_before, entry) => rowOf(entry),
    order: byKey,
  };
}
