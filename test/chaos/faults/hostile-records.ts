import { setTimeout as delay } from 'node:timers/promises';
import { produceRaw } from '../../broker/raw-producer.js';
import type { PausedInput } from '../input.js';
import type { Fault, Scene } from './scene.js';

const CHECK_EVERY_MS = 100;
const SHORTEST_JUMP_MS = 60_000;
const LONGEST_JUMP_MS = 300_000;

/**
 * A burst of records with headers, keys, values, sizes and timestamps that nobody expects. Then the event time of all that is to come may
 * jump by some minutes, where windows are closed by records.
 */
export const hostileRecords: Fault = async scene => {
  const { random, broker, network, input, application, everyTaskHasTime, note } = scene;
  const paused = await input.pause(async now => {
    // While the broker is sound: it may take a record and not say so. A frozen process waits for the same before it goes
    // on, and its tasks have no time until it does.
    const sent = (): Promise<boolean> =>
      network.run(async () => {
        if (!(await everyTaskHasTime())) return false;
        let count = 0;
        for (const [topic, records] of application.hostileRecords(random, now)) {
          await produceRaw(broker.address, topic, records);
          count += records.length;
        }
        const jumpMs = !application.timeMayJump || random.fraction() < 0.5 ? 0 : jump(scene, now);
        note(`${count} hostile records${jumpMs === 0 ? '' : `, and event time jumps by ${jumpMs} ms`}`);
        now.delayTime(jumpMs);
        return true;
      });
    while (!(await sent())) await delay(CHECK_EVERY_MS);
  });
  if (!paused) note('no hostile records: all is sent');
};

/** The processes may set their clocks back and must not take it for the far future; silence must not be waited for. */
function jump({ random, clocks, ending, furthestAheadMs }: Scene, { time }: PausedInput): number {
  const ms = random.integer(SHORTEST_JUMP_MS, LONGEST_JUMP_MS);
  const aheadMs = time - clocks.now() + ms;
  return ending === 'records' && aheadMs <= furthestAheadMs ? ms : 0;
}
