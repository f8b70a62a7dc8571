/** An update of a table. null means that the row is absent. `oldValue` is known only if the table has a store. */
export interface Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
}
