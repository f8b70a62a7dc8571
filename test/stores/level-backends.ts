import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level as DiskLevel } from 'level';
import { MemoryLevel } from 'memory-level';
import { PartlyInMemory } from '../../stores/bytes/partly-in-memory.js';
import type { Level } from '../../stores/bytes/state-database.js';

/** Something that keeps the data of one task. */
export interface Storage {
  /** A handle on it, not open. One may be open at a time. */
  level(): Level;
  remove(): Promise<void>;
}

export interface LevelBackend {
  readonly name: string;
  /** How often a property is tried that opens it again and again: a disk takes its time. */
  readonly runs: number;
  create(): Promise<Storage>;
}

export interface DiskStorage extends Storage {
  readonly location: string;
}

export async function diskStorage(): Promise<DiskStorage> {
  const location = await mkdtemp(join(tmpdir(), 'tributary-store-'));
  return {
    location,
    level: () => new DiskLevel<string, Buffer>(join(location, 'db'), { valueEncoding: 'buffer' }),
    remove: () => rm(location, { recursive: true, force: true }),
  };
}

/** What every store must hold on. */
export const levelBackends: readonly LevelBackend[] = [
  { name: 'LevelDB', runs: 10, create: diskStorage },
  {
    name: 'memory-level',
    runs: 60,
    create: async () => {
      const level = new MemoryLevel<string, Buffer>({ valueEncoding: 'buffer', storeEncoding: 'buffer' });
      return { level: () => level, remove: () => level.close() };
    },
  },
  {
    name: 'PartlyInMemory with all in memory',
    runs: 30,
    create: async () => {
      const disk = await diskStorage();
      const level = new PartlyInMemory(disk.level(), () => true);
      return {
        level: () => level,
        remove: async () => {
          await level.close();
          await disk.remove();
        },
      };
    },
  },
];
