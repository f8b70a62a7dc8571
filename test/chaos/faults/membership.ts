import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Scene } from './scene.js';

/** One process more; if all run already, one is restarted. */
export const add: Fault = async scene => {
  const { members, note } = scene;
  const added = await members.borrowSpare(async spare => {
    note(`${spare.name} comes`);
    await members.start(spare);
    return spare;
  });
  if (added === undefined) await restart(scene);
};

/** SIGTERM. It stays away if others run, for the rest of the round or until its session is over. */
export const remove: Fault = async scene => {
  const { random, members, sessionTimeoutMs, note } = scene;
  const comesBack = random.fraction() < 0.5;
  if (members.running.length === 1) {
    await restart(scene);
    return;
  }
  await members.borrow(random, async member => {
    note(`SIGTERM to ${member.name}, ${comesBack ? 'back when its session is over' : 'for good'}`);
    const status = await member.stop();
    if (status !== 0) note(`${member.name} ended with ${status}`);
    // Another one may have gone meanwhile.
    if (!comesBack && members.running.length > 0) return;
    await delay(sessionTimeoutMs + 2000);
    await members.start(member);
  });
};

async function restart({ random, members, note }: Scene): Promise<void> {
  await members.borrow(random, async member => {
    note(`${member.name} is restarted in order`);
    const status = await member.stop();
    if (status !== 0) note(`${member.name} ended with ${status}`);
    await members.start(member);
  });
}
