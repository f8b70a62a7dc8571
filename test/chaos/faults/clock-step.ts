import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './scene.js';

const MOST_STEPS = 4;
const SHORTEST_STEP_MS = 1000;
const LONGEST_STEP_MS = 4000;
/** Of what timestamps are ahead of the clock, so much is for senders that are held up. */
const NOTICED_MS = 300_000;

/**
 * The wall clock of one process, or of all, goes back and forth, and then is right again. Set back, it may only make windows close
 * later. Set forward, it closes windows of a silent partition early, and what comes for these is late, and rightly; so it stays behind
 * the timestamps of all records that are still to come.
 */
export const clockStep: Fault = async ({ random, members, clocks, furthestBackMs, leadMs, note }) => {
  const furthestMs = Math.max(0, leadMs - NOTICED_MS);
  const target = random.fraction() < 0.5 ? undefined : random.pick(members.running)?.name;
  const steps = Array.from({ length: random.integer(1, MOST_STEPS) }, () => ({
    offsetMs:
      furthestMs === 0 || random.fraction() < 0.5 ? -random.integer(0, furthestBackMs) : random.integer(0, furthestMs),
    ms: random.integer(SHORTEST_STEP_MS, LONGEST_STEP_MS),
  }));
  await clocks.steps.run(async () => {
    for (const { offsetMs, ms } of steps) {
      note(`clock of ${target ?? 'all'} off by ${offsetMs} ms`);
      await clocks.step(offsetMs, target);
      await delay(ms);
    }
    await clocks.step(0, target);
    note(`clock of ${target ?? 'all'} is right`);
  });
};
