import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { noSpaceFile, readErrorFile } from '../crash-order.js';
import type { Fault } from './scene.js';

/** The disk with the state directory is full for some seconds: LevelDB's writes fail, of all processes. */
export const noSpace: Fault = async ({ random, directory, note }) => {
  const ms = random.integer(3000, 8000);
  note(`no space left for ${ms} ms`);
  await during(ms, noSpaceFile(directory));
};

/** LevelDB can't read for some seconds, in any process. */
export const readError: Fault = async ({ random, directory, note }) => {
  const ms = random.integer(500, 4000);
  note(`state can't be read for ${ms} ms`);
  await during(ms, readErrorFile(directory));
};

async function during(ms: number, file: string): Promise<void> {
  await writeFile(file, '');
  await delay(ms);
  await rm(file, { force: true });
}
