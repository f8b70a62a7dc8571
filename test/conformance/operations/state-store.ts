import { type StateStore, type StoreBuilder, Stores } from '../../../streams/index.js';
import type { Operation } from '../case-file.js';
import { NotBuilt } from '../not-built.js';
import { serdesOf } from './options.js';

/** The store that an operation declares for processors. */
export function stateStore(operation: Operation): StoreBuilder<StateStore> {
  const { store: name = '', kind, max = 0, retention = 0, size = 0, duplicates = false } = operation;
  const options = { name, ...serdesOf(operation) };
  switch (kind) {
    case 'keyValue':
      return Stores.keyValueStore(options);
    case 'timestampedKeyValue':
      return Stores.timestampedKeyValueStore(options);
    case 'timestampedKeyValueWithHeaders':
      return Stores.timestampedKeyValueStoreWithHeaders(options);
    case 'lru':
      return Stores.lruMap({ ...options, maxEntries: max });
    case 'window':
      return Stores.windowStore({ ...options, retention, windowSize: size, retainDuplicates: duplicates });
    case 'session':
      return Stores.sessionStore({ ...options, retention });
    case 'versioned':
      return Stores.versionedKeyValueStore({ ...options, historyRetention: retention });
    default:
      throw new NotBuilt(`stores of the kind ${kind} are not built yet`);
  }
}
