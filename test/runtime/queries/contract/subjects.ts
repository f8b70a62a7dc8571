import type { StoreKind } from '../../../../stores/kinds/kinds.js';
import { keyValue, keyValueWithHeaders, lru, plainKeyValue, timestampedKeyValue } from './key-value-subjects.js';
import { processorSession, session } from './session-subjects.js';
import type { Subject } from './subject.js';
import { versionedStore, versionedTable } from './versioned-subjects.js';
import {
  distinct,
  processorWindow,
  processorWindowWithDuplicates,
  slidingWindow,
  unlimitedWindow,
  window,
} from './window-subjects.js';

/** Buffers of operators. They have no queries. */
type Buffers = 'suppression' | 'subscriptions' | 'timeBuckets' | 'ranked';

/** One for each kind of store that can be queried. A new kind does not compile without one. */
const KINDS: Readonly<Record<Exclude<StoreKind['kind'], Buffers>, () => Subject>> = {
  keyValue,
  plainKeyValue,
  keyValueWithHeaders,
  lru,
  window,
  unlimitedWindow,
  distinct,
  slidingWindow,
  session,
  processorWindow,
  processorSession,
};

export const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  ...KINDS,
  'keyValue of a processor': timestampedKeyValue,
  'processorWindow with duplicates': processorWindowWithDuplicates,
  'versioned table': versionedTable,
  'versioned store of a processor': versionedStore,
};
