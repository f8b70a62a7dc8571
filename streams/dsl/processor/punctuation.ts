/** The clock of a schedule (Java: `PunctuationType`). */
export type PunctuationType = 'streamTime' | 'wallClockTime';

/**
 * Is called with the time at which it is called, in milliseconds: stream time or the wall clock (Java: `Punctuator`). A
 * promise that it returns is awaited, as that of a processor.
 */
export type Punctuator = (timestamp: number) => unknown;

/**
 * Stops a schedule, also from within its punctuator (Java: `Cancellable`).
 *
 * ```ts
 * const heartbeats = clicks.process<string, string>(context => {
 *   let left = 3;
 *   const schedule = context.schedule('1s', 'wallClockTime', () => {
 *     left -= 1;
 *     if (left === 0) schedule.cancel();
 *   });
 *   return record => context.forward(record.withValue(record.value.page));
 * });
 * heartbeats.to('pages', { valueSerde: Serdes.string() });
 * ```
 */
export interface Cancellable {
  cancel(): void;
}
