import type { Headers } from '../../kafka/record.js';
import type { ProcessingContext } from './processor.js';

/** The context of a transformer of the values of a table (Java: `ProcessorContext` of a `ValueTransformerWithKey`). */
export interface ValueTransformerContext extends ProcessingContext {
  /**
   * The timestamp of the update, in milliseconds; in a look-up that of the row, and -1 where there is none.
   */
  timestamp(): number;
  /** The headers of the update. None in a look-up. */
  headers(): Headers;
}

/**
 * Transforms the values of a table (Java: `ValueTransformerWithKey`). It must be synchronous, because look-ups call it.
 *
 * ```ts
 * const ages = customers.transformValues<string>(context => (customer, id) => {
 *   return customer === null ? null : `${id}: ${customer.points} since ${new Date(context.timestamp()).toISOString()}`;
 * });
 * ages.toStream().to('points-since', { valueSerde: Serdes.string() });
 * ```
 */
export interface ValueTransformer<K, V, VR> {
  /** Called once before the first update: here it gets its stores and schedules punctuations. */
  init?(context: ValueTransformerContext): void | Promise<void>;
  /** `value` is null for a row that was deleted, or is not there. A null result deletes the row, or is no row. */
  transform(value: V | null, key: K): VR | null;
  /** Called when the task leaves this process, or goes back to its last commit. */
  close?(): void;
}

/**
 * Makes the transformer of each task, and one more for look-ups where the table has no store: an object, or only its
 * function `transform` (Java: `ValueTransformerWithKeySupplier`).
 */
export type ValueTransformerSupplier<K, V, VR> = (
  context: ValueTransformerContext,
) => ValueTransformer<K, V, VR> | ValueTransformer<K, V, VR>['transform'];
