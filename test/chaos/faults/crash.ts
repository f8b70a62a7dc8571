import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CrashOrder } from '../crash-order.js';
import type { Member } from '../member.js';
import type { Fault, Scene } from './scene.js';

const REACHED_WITHIN_MS = 15_000;
const LONGEST_CALL_MS = 20;
const LONGEST_BATCH_MS = 3;
const SHORTEST_LIFE_MS = 3000;
const LONGEST_LIFE_MS = 8000;

/** Dies when changelogs and output are sent: before the offsets are, while they are, or when they are sent. */
export const crashAtOffsets: Fault = scene => crashAt(scene, { call: 'offsets', ...when(scene, LONGEST_CALL_MS) });

/** Dies while a transaction commits, or when it has committed and nothing of that is on disk. */
export const crashAtCommit: Fault = scene => crashAt(scene, { call: 'commit', ...when(scene, LONGEST_CALL_MS) });

/** Dies while LevelDB writes a batch, or just before or after it. */
export const crashAtBatch: Fault = scene => crashAt(scene, { call: 'batch', ...when(scene, LONGEST_BATCH_MS) });

/** Is killed, and dies again while it restores; then it may come up. */
export const crashAtRestore: Fault = async scene => {
  const { random, members, note } = scene;
  await members.borrow(random, async member => {
    const order: CrashOrder = { call: 'restore', ...when(scene, LONGEST_BATCH_MS) };
    note(`kill -9 of ${member.name}, again ${described(order)}`);
    await member.kill();
    await members.start(member, order);
    await back(scene, member, await member.crashed(REACHED_WITHIN_MS));
  });
};

/** Dies in the middle of a rebalance, which another process brings about that comes or goes. */
export const crashAtRebalance: Fault = async scene => {
  const { random, members, note } = scene;
  await members.borrow(random, async member => {
    const order: CrashOrder = {
      ...when(scene, LONGEST_CALL_MS),
      call: random.pick(['park', 'assign']),
      pass: 1,
    };
    note(`${member.name} dies ${described(order)}`);
    const status = await member.crash(order, REACHED_WITHIN_MS, async () => {
      const added = await members.borrowSpare(async spare => {
        note(`${spare.name} comes`);
        await members.start(spare);
        return spare;
      });
      if (added !== undefined) return;
      // All run: one that restarts with a new session lets the group rebalance too.
      await members.borrowNow(random, async other => {
        note(`${other.name} is restarted`);
        await other.stop();
        await members.start(other);
      });
    });
    await back(scene, member, status);
  });
};

/** Dies on its way to an orderly end. */
export const crashAtClose: Fault = async scene => {
  const { random, members, note } = scene;
  await members.borrow(random, async member => {
    const order: CrashOrder = { ...when(scene, LONGEST_BATCH_MS), call: 'close', pass: 1 };
    note(`SIGTERM to ${member.name}, which dies ${described(order)}`);
    const status = await member.crash(order, REACHED_WITHIN_MS, async () => member.signal('SIGTERM'));
    await back(scene, member, status);
  });
};

/**
 * Dies with a transaction open that has no offsets yet, and comes back without what it had on disk, as another instance: nobody
 * ends that transaction until its time is out. Then it is killed once more, while readers of what is committed can't get past it.
 */
export const loseIdentity: Fault = async scene => {
  const { random, members, note } = scene;
  await members.borrow(random, async member => {
    const order: CrashOrder = { call: 'offsets', when: 'before', pass: random.integer(1, 5), ms: LONGEST_CALL_MS };
    note(`${member.name} dies ${described(order)}, and its whole directory is deleted`);
    const status = await member.crash(order, REACHED_WITHIN_MS);
    if (status !== 'SIGKILL') note(`${member.name} did not come to that point (${status ?? 'runs on'})`);
    await members.damageSlot(member, location => rm(location, { recursive: true, force: true }));
    await delay(random.integer(SHORTEST_LIFE_MS, LONGEST_LIFE_MS));
    note(`kill -9 of ${member.name}`);
    await member.kill();
    await members.start(member);
  });
};

async function crashAt(scene: Scene, order: CrashOrder): Promise<void> {
  const { random, members, note } = scene;
  await members.borrow(random, async member => {
    note(`${member.name} dies ${described(order)}`);
    await back(scene, member, await member.crash(order, REACHED_WITHIN_MS));
  });
}

/** One that did not come to the point is killed all the same. */
async function back(
  { members, note }: Scene,
  member: Member,
  status: NodeJS.Signals | number | undefined,
): Promise<void> {
  if (status !== 'SIGKILL') note(`${member.name} did not come to that point (${status ?? 'runs on'})`);
  await member.kill();
  await members.start(member);
}

function when({ random }: Scene, longestMs: number): Omit<CrashOrder, 'call'> {
  return {
    when: random.pick(['before', 'during', 'after']),
    pass: random.integer(1, 5),
    ms: Math.round(random.fraction() * longestMs * 100) / 100,
  };
}

function described({ call, when, pass, ms }: CrashOrder): string {
  return `${ms} ms into ${call}, ${when} the call (number ${pass})`;
}
