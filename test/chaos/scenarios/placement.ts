import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessStatus } from '../../../streams/runtime/status/process-status.js';
import type { Member } from '../member.js';

const WITHIN_MS = 60_000;
const CHECK_EVERY_MS = 100;

/** What one process has. */
export interface Placement {
  /** Under the state directory. */
  readonly slot: string;
  readonly instance: string;
  /** Ids of those that run, sorted. */
  readonly tasks: readonly string[];
}

/** As the processes report it themselves, once `tasks` tasks run and each process has some: by their slots. */
export async function placements(members: readonly Member[], tasks: number): Promise<readonly Placement[]> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const all = await Promise.all(members.map(placementOf));
    const placed = all.reduce((sum, placement) => sum + placement.tasks.length, 0);
    const settled = placed === tasks && all.every(placement => placement.tasks.length > 0);
    if (settled) return all.sort((a, b) => Number(a.slot) - Number(b.slot));
    if (Date.now() > deadline) throw new Error(`after ${WITHIN_MS} ms the tasks are at ${placementsText(all)}`);
    await delay(CHECK_EVERY_MS);
  }
}

export function placementsText(all: readonly Placement[]): string {
  return all.map(({ slot, instance, tasks }) => `slot ${slot} (${instance}): ${tasks.join(', ') || 'none'}`).join('; ');
}

async function placementOf({ name, log: { http, location, instance } }: Member): Promise<Placement> {
  if (http === undefined || location === undefined || instance === undefined) throw new Error(`${name} does not run`);
  const response = await fetch(`http://${http}/status`);
  const { tasks } = (await response.json()) as ProcessStatus;
  const running = tasks.filter(({ state }) => state === 'RUNNING').map(({ id }) => id);
  return { slot: path.basename(location), instance, tasks: running.sort() };
}
