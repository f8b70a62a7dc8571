import { setTimeout as delay } from 'node:timers/promises';
import type { Traffic } from '../tcp-proxy.js';
import type { Fault, Scene } from './scene.js';

const SHORTEST_SLOW_MS = 4000;
const LONGEST_SLOW_MS = 10_000;
/** Longer than the members' socket.timeout.ms. */
const SHORTEST_SILENCE_MS = 9000;
const LONGEST_SILENCE_MS = 14_000;

/** Connections are reset, and for some seconds no new ones come about. */
export const cut: Fault = scene => disturb(scene, { kind: 'cut' }, scene.random.pick([0, 1000, 5000]));

export const slow: Fault = scene => {
  const { random } = scene;
  const bytesPerSecond = random.integer(50_000, 500_000);
  const latencyMs = random.integer(20, 200);
  const ms = random.integer(SHORTEST_SLOW_MS, LONGEST_SLOW_MS);
  return disturb(scene, { kind: 'slow', bytesPerSecond, latencyMs }, ms);
};

/** Nothing comes through, and nobody gets an error. */
export const halfOpen: Fault = scene =>
  disturb(scene, { kind: 'halfOpen' }, scene.random.integer(SHORTEST_SILENCE_MS, LONGEST_SILENCE_MS));

/** For one process, or for all of them. */
async function disturb({ random, proxies, network, note }: Scene, traffic: Traffic, ms: number): Promise<void> {
  const drawn = random.pick([...proxies.keys()]);
  const all = random.fraction() < 0.5;
  await network.run(async () => {
    const details = traffic.kind === 'slow' ? ` (${traffic.bytesPerSecond} B/s, ${traffic.latencyMs} ms)` : '';
    note(`connections of ${all ? 'all' : `m${drawn}`} ${traffic.kind}${details} for ${ms} ms`);
    const disturbed = all ? proxies : proxies.slice(drawn, drawn + 1);
    for (const proxy of disturbed) proxy.disturb(traffic);
    await delay(ms);
    for (const proxy of disturbed) proxy.disturb({ kind: 'free' });
  });
}
