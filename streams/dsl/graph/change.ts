/**
 * An update of a table. A null value means that there is no row. `oldValue` is known only if a later operator uses old
 * values.
 */
export interface Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
  /**
   * true: the update is older than the row, and has gone to the history of a versioned table (KIP-914). Joins and groups
   * ignore it.
   */
  readonly isOutOfOrder?: boolean;
  /** Of a row on its way to its group: its key. */
  readonly row?: unknown;
}
