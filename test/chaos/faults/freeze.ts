import { setTimeout as delay } from 'node:timers/promises';
import type { Member } from '../member.js';
import type { Fault, Scene } from './scene.js';

/** The signal has come before the process goes on. */
const BEFORE_THAW_MS = 100;
/** Until those that have the tasks of a frozen one can know that these are silent, beyond the idle timeout. */
const REBALANCE_MS = 3000;
/** A thawed one has closed its windows, if anything lets it. */
const AFTER_THAW_MS = 3000;

/** Frozen until its session is over and others have its tasks, and asked to end before it goes on; it comes back with its directory. */
export const freezeTerminate: Fault = async scene => {
  const { random, members, network, sessionTimeoutMs, note, wrong } = scene;
  await members.borrow(random, async member => {
    const awayMs = random.pick([0, 2000, sessionTimeoutMs + 2000]);
    await freeze(scene, member, sessionTimeoutMs + random.integer(1000, 6000));
    // Without a broker there is no orderly end.
    await network.run(async () => {
      note(`SIGTERM to ${member.name}, then SIGCONT, back after ${awayMs} ms`);
      const { begun } = member.log;
      const stopping = member.stop();
      await delay(BEFORE_THAW_MS);
      member.signal('SIGCONT');
      const status = await stopping;
      const isRight = status === undefined || status === 0 || (status === 'SIGTERM' && !begun);
      if (!isRight) wrong(`${member.name}, thawed after SIGTERM, ended with ${status}`);
    });
    await delay(awayMs);
    await members.start(member);
  });
};

/**
 * All input is silent, and a process is frozen beyond its session: the others close the windows by the wall clock, and so would the
 * frozen one when it goes on.
 */
export const freezeIdle: Fault = async scene => {
  const { random, members, input, clocks, sessionTimeoutMs, silenceMs, note } = scene;
  const beforeMs = random.integer(0, 2000);
  const frozenMs = sessionTimeoutMs + silenceMs.idle + REBALANCE_MS + random.integer(0, 3000);
  const paused = await input.pause(now =>
    members.borrow(random, async member => {
      note('the input is silent');
      await delay(beforeMs);
      // Timestamps are ahead of the clocks: silence closes the windows when these have passed them.
      const aheadMs = Math.max(0, now.time - clocks.now()) + silenceMs.toClose;
      await clocks.shift(aheadMs);
      note(`all clocks go on by ${aheadMs} ms`);
      await freeze(scene, member, frozenMs);
      note(`SIGCONT of ${member.name}`);
      member.signal('SIGCONT');
      await delay(AFTER_THAW_MS);
      now.delayTime(aheadMs);
      note('the input goes on');
    }),
  );
  if (!paused) note('no silence: all users are sent');
};

async function freeze({ note }: Scene, member: Member, ms: number): Promise<void> {
  note(`SIGSTOP of ${member.name} for ${ms} ms`);
  member.signal('SIGSTOP');
  await delay(ms);
}
