import { setTimeout as delay } from 'node:timers/promises';
import type { OffsetReader } from './offset-reader.js';

export interface CompletionOptions {
  readonly inputs: readonly string[];
  /** The topics whose last record is the end of the work. */
  readonly outputs: readonly string[];
  /** How long nothing may have changed before the results are checked. */
  readonly quietMs: number;
  /** How long nothing may change while the results are wrong. */
  readonly stalledMs: number;
  readonly timeoutMs: number;
}

export interface CompletionWatch {
  /** Called at each look at the offsets: with the time of that look on the clock of `performance.now()`. */
  onLook(at: number): void;
  /** Called with the number of records of the input that the group had committed at that look. */
  onCommitted(at: number, records: number): void;
  /** The reason why there is nothing to wait for any more, if there is one. */
  failed(): string | undefined;
  /** What is wrong with the outputs as they are, empty when they are right. */
  wrongResults(): Promise<readonly string[]>;
}

const LOOK_EVERY_MS = 100;

/**
 * Resolves with the time (`performance.now()`) at which the work was complete: the last time that the group's committed
 * offsets of the input, or the end offsets of the outputs, moved, seen from a moment when the input is committed to its
 * end, nothing has moved for `quietMs` and the outputs are right. The end offset of a topic moves last with the marker of
 * the last transaction that wrote to it, so this is when a read_committed consumer can read the last result, to within
 * the 100 ms between two looks. Lag on internal topics says nothing: it is not 0 where the last offset is such a marker.
 */
export async function untilComplete(
  offsets: OffsetReader,
  options: CompletionOptions,
  watch: CompletionWatch,
): Promise<number> {
  const input = await offsets.partitions(options.inputs);
  const outputs = await offsets.partitions(options.outputs);
  const target = signature(await offsets.ends(input));
  const deadline = performance.now() + options.timeoutMs;
  let seen = '';
  let movedAt = performance.now();
  let wrong: readonly string[] | undefined;
  while (performance.now() < deadline) {
    const at = performance.now();
    watch.onLook(at);
    const reason = watch.failed();
    if (reason !== undefined) throw new Error(reason);
    const committedOffsets = await offsets.committed(input);
    watch.onCommitted(
      at,
      committedOffsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0),
    );
    const committed = signature(committedOffsets);
    const present = `${committed} ${signature(await offsets.ends(outputs))}`;
    if (present !== seen) {
      seen = present;
      movedAt = at;
      wrong = undefined;
    } else if (committed === target && at - movedAt >= options.quietMs) {
      // A program may pause for longer than `quietMs` before its last results: these are wrong, and it goes on.
      wrong ??= await watch.wrongResults();
      if (wrong.length === 0) return movedAt;
      if (at - movedAt >= options.stalledMs) break;
    }
    await delay(Math.max(0, LOOK_EVERY_MS - (performance.now() - at)));
  }
  const details = wrong === undefined ? `offsets ${seen}, the input ends at ${target}` : wrong.slice(0, 10).join('\n');
  throw new Error(`no right result in time: ${details}`);
}

function signature(offsets: readonly { topic: string; partition: number; offset: number }[]): string {
  return offsets
    .map(({ topic, partition, offset }) => `${topic}-${partition}:${offset}`)
    .sort()
    .join(',');
}
