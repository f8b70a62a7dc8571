import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './scene.js';

/** Stands still until its session is over and others have its tasks, then goes on as if nothing had been. */
export const zombie: Fault = ({ random, members, sessionTimeoutMs, note }) =>
  members.borrow(random, async member => {
    const ms = sessionTimeoutMs + random.integer(1000, 6000);
    note(`SIGSTOP of ${member.name} for ${ms} ms`);
    member.signal('SIGSTOP');
    await delay(ms);
    note(`SIGCONT of ${member.name}`);
    member.signal('SIGCONT');
  });
