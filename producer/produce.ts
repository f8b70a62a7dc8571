import { BrokenInputError } from './broken-input-error.js';
import type { RecordSink } from './record-sink.js';
import type { RecordBatch, RecordSource } from './record-source.js';
import type { Timer } from './timer.js';

export interface ProduceOptions {
  readonly timer: Timer;
  /** At most this many records a second, evenly distributed. Default: as fast as the sink takes them. */
  readonly rate?: number | undefined;
  /**
   * Distributes the timestamps of the records evenly over this number of milliseconds, up to now: a backlog. Only for
   * sources that report fractions. Default: the timestamp of a record is the time when it is sent.
   */
  readonly timestampsOverMs?: number | undefined;
  /** When it is aborted, nothing more is read. Sent records are still delivered. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ProduceProgress) => void) | undefined;
}

export interface ProduceProgress {
  /** Records passed to the sink so far. */
  readonly sent: number;
  /** Share of the source that is sent, 0 to 1. undefined if it is unknown. */
  readonly fraction: number | undefined;
}

export interface ProduceResult {
  /** Records with confirmed delivery. */
  readonly produced: number;
  /** Sent records without confirmed delivery. */
  readonly failed: number;
  /** The reason of the first failure, if it is known. */
  readonly firstError: string | undefined;
  readonly seconds: number;
  readonly end: ProduceEnd;
}

/** Why it stopped sending: the source is finished, the signal was aborted, or the source can't be read any further. */
export type ProduceEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'broken'; readonly error: BrokenInputError };

// A timer of one millisecond is not exact, so a high rate is sent in small bursts.
const MIN_PAUSE_MS = 5;

/**
 * Sends the records of `source` to `sink`, no faster than the sink takes them, and waits until their delivery is
 * confirmed.
 *
 * @throws what the sink throws when it can't go on; a source that breaks off is no error here but an `end`
 */
export async function produceUsers(
  source: RecordSource,
  sink: RecordSink,
  options: ProduceOptions,
): Promise<ProduceResult> {
  const { timer, signal } = options;
  const startedAt = timer.monotonic();
  const progress = { sent: 0, fraction: 0 as number | undefined };
  const end = await sendAll(source, sink, options, progress);
  await sink.flush(signal);
  options.onProgress?.(progress);
  const { delivered, firstError } = sink.delivery;
  return {
    produced: delivered,
    failed: progress.sent - delivered,
    firstError,
    seconds: (timer.monotonic() - startedAt) / 1000,
    end,
  };
}

async function sendAll(
  source: RecordSource,
  sink: RecordSink,
  options: ProduceOptions,
  progress: { sent: number; fraction: number | undefined },
): Promise<ProduceEnd> {
  const { timer, signal, rate, timestampsOverMs } = options;
  const startedAt = timer.monotonic();
  const startTime = timer.now();
  try {
    for await (const batch of source) {
      const timestamps =
        timestampsOverMs === undefined ? undefined : spread(batch, progress, startTime, timestampsOverMs);
      for (const { key, value } of batch.records) {
        if (rate !== undefined) await due(startedAt + (progress.sent * 1000) / rate, timer, signal);
        if (signal?.aborted) return { kind: 'stopped' };
        const timestamp = timestamps === undefined ? timer.now() : timestamps.next();
        while (!sink.send(key, value, timestamp)) {
          await sink.drained(signal);
          if (signal?.aborted) return { kind: 'stopped' };
        }
        progress.sent += 1;
      }
      progress.fraction = batch.fraction;
      options.onProgress?.(progress);
    }
  } catch (error) {
    if (error instanceof BrokenInputError) return { kind: 'broken', error };
    throw error;
  }
  return { kind: signal?.aborted ? 'stopped' : 'complete' };
}

async function due(at: number, timer: Timer, signal: AbortSignal | undefined): Promise<void> {
  for (let rest = at - timer.monotonic(); rest > 0 && !signal?.aborted; rest = at - timer.monotonic()) {
    await timer.sleep(Math.max(rest, MIN_PAUSE_MS), signal);
  }
}

/** Timestamps of the batch's records: a record is as far into the time span as it is into the source. */
function spread(
  batch: RecordBatch,
  before: { readonly fraction: number | undefined },
  now: number,
  spanMs: number,
): { next(): number } {
  if (batch.fraction === undefined) throw new TypeError('timestampsOverMs needs a source whose size is known');
  const from = before.fraction ?? 0;
  const step = (batch.fraction - from) / batch.records.length;
  let index = 0;
  return {
    next() {
      index += 1;
      return Math.round(now - spanMs * (1 - from - step * index));
    },
  };
}
