import { readdir, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Fault, Scene } from './scene.js';

/** After `kill -9` a file of LevelDB, of one of the tasks, is shorter than it was. */
export const truncateFile: Fault = scene => truncateOneOf(scene, tasksIn);

/** The same of the small database that makes the directory that of an instance. */
export const truncateIdentity: Fault = scene => truncateOneOf(scene, async () => ['instance']);

/** Of the databases in the slot whose names `databases` gives. */
function truncateOneOf(
  { random, members, note }: Scene,
  databases: (location: string) => Promise<readonly string[]>,
): Promise<void> {
  return members.borrow(random, member =>
    members.damageSlot(member, async location => {
      const files = await filesOf(location, await databases(location));
      if (files.length === 0) {
        note(`kill -9 of ${member.name}, which has no files`);
        return;
      }
      const file = random.pick(files);
      const { size } = await stat(file);
      const length = random.integer(0, Math.max(0, size - 1));
      note(`kill -9 of ${member.name}, ${path.relative(location, file)} truncated from ${size} to ${length} bytes`);
      await truncate(file, length);
    }),
  );
}

/** After `kill -9` the directory of a task is gone, or all that the process had. */
export const deleteState: Fault = ({ random, members, note }) =>
  members.borrow(random, member =>
    members.damageSlot(member, async location => {
      const tasks = await tasksIn(location);
      const all = random.fraction() < 0.5 || tasks.length === 0;
      const target = all ? location : path.join(location, random.pick(tasks));
      note(`kill -9 of ${member.name}, ${all ? 'its whole directory' : path.basename(target)} deleted`);
      await rm(target, { recursive: true, force: true });
    }),
  );

async function filesOf(location: string, databases: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const database of databases) {
    for (const name of await readdir(path.join(location, database))) {
      if (/^(CURRENT|MANIFEST-\d+|\d+\.(log|ldb))$/.test(name)) files.push(path.join(location, database, name));
    }
  }
  return files.sort();
}

async function tasksIn(location: string): Promise<string[]> {
  const names = await readdir(location);
  return names.filter(name => /^\d+_\d+$/.test(name)).sort();
}
