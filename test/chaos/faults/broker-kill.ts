import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './scene.js';

/** `kill -9` of the broker; it comes back with its data. */
export const brokerKill: Fault = ({ random, broker, network, note }) =>
  network.run(async () => {
    const pauseMs = random.integer(0, 3000);
    note(`kill -9 of the broker, started again after ${pauseMs} ms`);
    await broker.kill();
    await delay(pauseMs);
    await broker.restart();
    note('the broker is back');
  });
