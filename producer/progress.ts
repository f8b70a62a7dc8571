import { Presets, SingleBar } from 'cli-progress';
import type { Clock } from 'tributary/kafka';
import type { ProduceProgress } from './produce.js';

/** Shows the progress. */
export interface ProgressDisplay {
  update(progress: ProduceProgress): void;
  /** Ends the display, so that other lines may follow. */
  stop(): void;
}

export const noProgress: ProgressDisplay = { update: () => undefined, stop: () => undefined };

const LINE_INTERVAL_MS = 5_000;
const BAR_STEPS = 1_000;

/** A bar that is redrawn on a terminal. */
export function progressBar(stream: NodeJS.WritableStream, clock: Pick<Clock, 'monotonic'>): ProgressDisplay {
  const startedAt = clock.monotonic();
  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {sent} records | {rate}/s', stream, hideCursor: true, fps: 5 },
    Presets.shades_classic,
  );
  bar.start(BAR_STEPS, 0, { sent: 0, rate: 0 });
  return {
    update({ sent, fraction }) {
      bar.update(Math.round((fraction ?? 0) * BAR_STEPS), { sent, rate: rateOf(sent, startedAt, clock.monotonic()) });
    },
    stop: () => bar.stop(),
  };
}

/** A line every few seconds. */
export function progressLines(writeLine: (line: string) => void, clock: Pick<Clock, 'monotonic'>): ProgressDisplay {
  const startedAt = clock.monotonic();
  let shownAt = startedAt;
  return {
    update({ sent, fraction }) {
      const now = clock.monotonic();
      if (now - shownAt < LINE_INTERVAL_MS) return;
      shownAt = now;
      const share = fraction === undefined ? '' : ` (${Math.floor(fraction * 100)}%)`;
      writeLine(`${sent} records${share}, ${rateOf(sent, startedAt, now)}/s`);
    },
    stop: () => undefined,
  };
}

function rateOf(sent: number, startedAt: number, now: number): number {
  return Math.round((sent * 1000) / Math.max(1, now - startedAt));
}
