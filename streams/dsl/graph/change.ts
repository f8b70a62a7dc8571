/**
 * An update of a table. A null value means that there is no row. `oldValue` is known only if a later operator uses old
 * values.
 */
export interface Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
}
