/** A store, as queries see it. */
export interface StoreDescription {
  readonly name: string;
  readonly kind: 'keyValue' | 'window' | 'session';
  /** Window stores only, milliseconds. Infinite: the windows never end. */
  readonly windowSizeMs?: number;
  /** Versioned stores only, milliseconds: how long a version can be read after it was replaced. */
  readonly historyRetentionMs?: number;
  /** The number of its partitions, over all processes. */
  readonly partitions: number;
  /** The partitions that are at this process now. */
  readonly local: readonly number[];
}

/**
 * The process that has a partition of a store: this one, another one (`host:port`), or none while the partition moves.
 */
export type StoreOwner =
  | { readonly kind: 'local' }
  | { readonly kind: 'remote'; readonly host: string }
  | { readonly kind: 'unknown' };

/** The processes where a partition of a store can be read, if stale data is accepted. */
export interface StoreReplicas {
  /**
   * What this process has of the partition: the task itself, a standby or a task that is being restored, or nothing.
   */
  readonly here: 'active' | 'stale' | 'nothing';
  /**
   * If this process has nothing, `host:port` of others: first the process that runs the task, then those with standbys.
   */
  readonly hosts: readonly string[];
}
