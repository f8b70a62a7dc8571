import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readErrorFile } from '../crash-order.js';
import type { Fault } from './scene.js';

/** The disk with the state directory is full for some seconds, for all processes. */
export const noSpace: Fault = async ({ random, disk, note }) => {
  const ms = random.integer(3000, 8000);
  note(`no space left${disk.isMounted ? '' : ' (simulated: nothing can be mounted here)'} for ${ms} ms`);
  await disk.fill(ms);
};

/** LevelDB can't read for some seconds, in any process. */
export const readError: Fault = async ({ random, directory, note }) => {
  const ms = random.integer(500, 4000);
  note(`state can't be read for ${ms} ms`);
  const file = readErrorFile(directory);
  await writeFile(file, '');
  await delay(ms);
  await rm(file, { force: true });
};
