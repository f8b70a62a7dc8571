import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './scene.js';

/** `kill -9` of a process at any moment; it comes back at once, soon, or when its session is over. */
export const kill: Fault = ({ random, members, sessionTimeoutMs, note }) =>
  members.borrow(random, async member => {
    const pauseMs = random.pick([0, 500, 2000, sessionTimeoutMs + 2000]);
    note(`kill -9 of ${member.name}, back after ${pauseMs} ms`);
    await member.kill();
    await delay(pauseMs);
    await members.start(member);
  });
