import type { StoreKind } from '../../../stores/kinds/kinds.js';
import type { TimeBucketsKind } from '../../../stores/kinds/time-buckets.js';
import type { Serde } from '../serde/serdes.js';

/** A store of an operator or of processors. Its changelog is `<application.id>-<name>-changelog`. */
export interface StoreSpec<K extends StoreKind = StoreKind> {
  readonly name: string;
  readonly kind: K;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  /** False: it has no changelog, and is empty after its directory is lost. */
  readonly logged: boolean;
  /** True: it is not on disk. */
  readonly inMemory: boolean;
  /** False: each update is sent by itself, and nothing is combined before a repartition. */
  readonly cached: boolean;
  /** The older versions of the rows of a versioned table. */
  readonly history?: StoreSpec<TimeBucketsKind>;
}
