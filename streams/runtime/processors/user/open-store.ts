import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreAccess } from './store-access.js';
import type { HighestTime } from './store-time.js';

/** A store that is open, for those who use it. */
export interface OpenStore {
  forProcessor(access: StoreAccess): StateStore;
  /** Reads what it keeps in memory. */
  init?(): Promise<void>;
  /** The highest time that was put. Retention counts from it, and the changelog does not have it. */
  readonly time?: HighestTime;
}
