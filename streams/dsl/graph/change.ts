/** An update of a table: null is an absent row. `oldValue` is known only where the table has a store. */
export interface Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
}
