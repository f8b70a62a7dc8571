import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, SYSTEM_CLOCK } from 'tributary/kafka';

export interface Timer extends Clock {
  /** Resolves after this number of milliseconds, or when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemTimer: Timer = {
  ...SYSTEM_CLOCK,
  async sleep(ms, signal) {
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};
